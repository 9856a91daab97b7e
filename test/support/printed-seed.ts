import { performance } from "node:perf_hooks";
import process from "node:process";

/** `SEED` of the environment, or one that was never used; printed, so that a failure can be had again. */
export function printedSeed(name: string): number {
  const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
  process.stdout.write(`${name}: SEED=${seed}\n`);
  return seed;
}
