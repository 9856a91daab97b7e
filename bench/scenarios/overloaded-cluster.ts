import { tailScenario } from "./tail.ts";

/** Time until the nodes have caught up, in milliseconds. */
const OVERLOAD_MS = 2000;

/** Every node refuses searches for two seconds and asks for a pause of one: who asks more makes it worse. */
export const overloadedCluster = tailScenario({
  name: "overloaded",
  what: "all nodes overloaded for two seconds",
  async breakIt(rig) {
    await rig.setFault({ kind: "overloaded", retryAfterSeconds: 1 }, "all");
    const heals = setTimeout(() => void rig.setFault({ kind: "none" }, "all"), OVERLOAD_MS);
    return async () => {
      clearTimeout(heals);
      await rig.setFault({ kind: "none" }, "all");
    };
  },
});
