import { tailScenario } from "./tail.ts";

/** One node takes every request and never answers, as behind a firewall that drops. */
export const blackholedNode = tailScenario({
  name: "blackholed",
  what: "one of four nodes never answers",
  isHedgedForSure: true,
  async breakIt(rig) {
    await rig.setFault({ kind: "blackhole" });
    return () => rig.setFault({ kind: "none" });
  },
});
