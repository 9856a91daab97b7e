import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, it } from "vitest";
import type { ClusterShape } from "../support/cluster-config.ts";
import { corpora } from "../support/equivalence/corpus.ts";
import { searches } from "../support/equivalence/searches.ts";
import { answerWholly } from "../support/equivalence/whole-answer.ts";
import { startWorld } from "../support/equivalence/world.ts";

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
        const property = fc.asyncProperty(searches, async (search) => {
          await answerWholly(world, search);
        });
        const numRuns = Math.ceil(each / (isRedundant ? 4 : 2));
        await fc.assert(property, { seed: own + turn, numRuns });
        if (!isRedundant) continue;
        await world.nodes[(own + turn) % nodes]?.crash({ keepData: true });
        await fc.assert(property, { seed: own + turn + 1000, numRuns });
      }
    });
  }
});
