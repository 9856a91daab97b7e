import type { Worker } from "../worker/worker.ts";
import type { BenchResults, BenchSize } from "./scenario.ts";

/** Merging and routing, without any node. */
export async function benchPure(worker: Worker, { batches }: BenchSize): Promise<BenchResults> {
  const large = await worker.ask("merge", { nodes: 3, hits: 1000, batches });
  const small = await worker.ask("merge", { nodes: 8, hits: 20, batches });
  const routed = await worker.ask("route", { ids: 10_000, batches });
  return [
    { name: "merge 3 × 1000 hits", value: large, unit: "ms" },
    { name: "merge 8 × 20 hits", value: small, unit: "ms" },
    { name: "route 10,000 ids", value: routed, unit: "ms" },
  ];
}
