import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { corpora } from "../support/equivalence/corpus.ts";
import { differences } from "../support/equivalence/equivalent.ts";
import { UID } from "../support/equivalence/reference.ts";
import { searches } from "../support/equivalence/searches.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["SEARCHES"] ?? 1000);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`search equivalence: ${total} searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 1, replicationFactor: 1 },
  { nodes: 2, replicationFactor: 1 },
  { nodes: 2, replicationFactor: 2 },
  { nodes: 2, groups: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 1, shards: 64 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 3, replicationFactor: 3 },
  { nodes: 5, replicationFactor: 1 },
  { nodes: 5, replicationFactor: 2, shards: 64 },
  { nodes: 5, groups: 2, replicationFactor: 2 },
];

async function check({ client, reference }: World, search: JsonObject): Promise<void> {
  const answer = (await client.index(UID).search(null, search)) as unknown as JsonObject;
  const meta = metaOf(answer);
  if (meta === undefined) throw new Error("the answer carries no metadata");
  refuseReservedTraces(answer, "The answer");
  const faults = differences(reference, search, { answer, meta });
  if (meta.degraded) faults.push("the answer is marked degraded although every shard has a healthy replica");
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

describe(`searches over a cluster equal one node's, up to exact ties (SEED=${seed})`, () => {
  const each = Math.max(1, Math.floor(total / SHAPES.length));
  for (const [position, shape] of SHAPES.entries()) {
    const { nodes = 3, groups = 1, replicationFactor = 1 } = shape;
    const isRedundant = replicationFactor > 1 || groups > 1;
    const name = `${nodes} nodes, ${groups} group${groups > 1 ? "s" : ""}, replication ${replicationFactor}`;
    it(`${name}${isRedundant ? ", also with a node killed" : ""}`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      const [first, second] = fc.sample(corpora, { seed: own, numRuns: 2 });
      for (const [turn, corpus] of [first, second].entries()) {
        if (corpus === undefined) throw new Error("no corpus was made");
        const world = await startWorld(shape, corpus);
        const property = fc.asyncProperty(searches, (search) => check(world, search));
        const numRuns = Math.ceil(each / (isRedundant ? 4 : 2));
        await fc.assert(property, { seed: own + turn, numRuns });
        if (!isRedundant) continue;
        await world.nodes[(own + turn) % nodes]?.crash({ keepData: true });
        await fc.assert(property, { seed: own + turn + 1000, numRuns });
      }
    });
  }
});
