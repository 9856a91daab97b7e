import type { Scenario } from "./scenario.ts";

/** Merging, routing and choosing nodes, without any node. */
export const pure: Scenario = {
  name: "pure",
  title: "Merging, routing and choosing nodes, without any node",
  async run(lab) {
    await using worker = lab.detachedWorker();
    const { batches } = lab.size;
    const results = [
      { name: "merge 3 × 1000 hits", value: await worker.ask("merge", { nodes: 3, hits: 1000, batches }), unit: "ms" },
      { name: "merge 8 × 20 hits", value: await worker.ask("merge", { nodes: 8, hits: 20, batches }), unit: "ms" },
      { name: "route 10,000 ids", value: await worker.ask("route", { ids: 10_000, batches }), unit: "ms" },
      { name: "cover 64 shards", value: await worker.ask("cover", { shards: 64, batches }), unit: "ms" },
    ];
    return { results };
  },
};
