import { tailScenario } from "./tail.ts";

/** One node answers everything half a second later, as one with a failing disk. */
export const slowNode = tailScenario({
  name: "slow",
  what: "one of four nodes 500 ms slower",
  async breakIt(rig) {
    await rig.setFault({ kind: "delay", ms: 500 });
    return () => rig.setFault({ kind: "none" });
  },
});
