import { tailScenario } from "./tail.ts";

/** One node's process is killed and stays away. */
export const killedNode = tailScenario({
  name: "killed",
  what: "one of four nodes killed",
  isDirect: true,
  async breakIt(rig) {
    await rig.victim.kill();
    return () => rig.victim.restart();
  },
});
