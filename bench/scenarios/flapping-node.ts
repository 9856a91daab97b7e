import { tailScenario } from "./tail.ts";

/** One node refuses connections for half a second, works for half a second, and so on. */
export const flappingNode = tailScenario({
  name: "flapping",
  what: "one of four nodes away every other half second",
  async breakIt(rig) {
    await rig.setFault({ kind: "flapping", ms: 500 });
    return () => rig.setFault({ kind: "none" });
  },
});
