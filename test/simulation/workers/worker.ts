import { isMutantName } from "../mutants/mutants.ts";
import { plant } from "../mutants/plant.ts";
import type { WorkerRequest } from "./run-in-workers.ts";

const mutant = process.argv[2] ?? "";
if (isMutantName(mutant)) plant(mutant);
// Only now: what it imports may have been changed.
const { runSeed } = await import("../run-seed.ts");

process.on("message", ({ seed, run }: WorkerRequest) => {
  void runSeed(seed, run).then((report) => process.send?.(report));
});
