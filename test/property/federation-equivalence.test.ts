import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { MeilisearchApiError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { corpora } from "../support/equivalence/corpus.ts";
import { type FederatedWorld, federate, startFederatedWorld } from "../support/equivalence/federated-world.ts";
import { federationFaults, isInOrderOf, isRankedByOtherWords } from "../support/equivalence/federation-faults.ts";
import { federations } from "../support/equivalence/federations.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["FEDERATIONS"] ?? 400);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`federation equivalence: ${total} searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
];

/** The same request for every hit, with all that tells how they rank. */
function withoutLimit(request: JsonObject): JsonObject {
  const queries = (request["queries"] as JsonObject[]).map(({ attributesToRetrieve: _, ...query }) => ({
    ...query,
    showRankingScoreDetails: true,
  }));
  return { queries, federation: { limit: 1000 } };
}

const tally = { exact: 0, estimated: 0, refused: 0, ranked: 0 };

async function check({ client, single }: FederatedWorld, request: JsonObject): Promise<void> {
  const [answer, expected, all] = [
    await federate(client, request),
    await federate(single, request),
    await federate(single, withoutLimit(request)),
  ];
  if (expected instanceof MeilisearchApiError || all instanceof MeilisearchApiError) {
    tally.refused += 1;
    if (expected instanceof MeilisearchApiError) expect((answer as MeilisearchApiError).cause).toEqual(expected.cause);
    return;
  }
  if (answer instanceof MeilisearchApiError) throw answer;
  const meta = metaOf(answer);
  if (meta === undefined) throw new Error("the answer carries no metadata");
  refuseReservedTraces(answer, "The answer");
  const faults = federationFaults({ request, expected, all }, answer, meta);
  if (faults.length > 0) {
    const mine = await federate(client, withoutLimit(request));
    if (mine instanceof MeilisearchApiError) throw mine;
    if (!isRankedByOtherWords(all, mine) || !isInOrderOf(mine, answer)) throw new Error(faults.join("\n"));
    tally.ranked += 1;
  }
  tally[meta.reasons.some((reason) => reason.startsWith("Hits of different")) ? "estimated" : "exact"] += 1;
}

describe(`federated searches over a cluster equal one node's, up to exact ties (SEED=${seed})`, () => {
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      const world = await startFederatedWorld(shape, fc.sample(corpora, { seed: own, numRuns: 2 }));
      const property = fc.asyncProperty(federations, (request) => check(world, request));
      await fc.assert(property, { seed: own, numRuns: Math.ceil(total / SHAPES.length) });
      process.stdout.write(`${JSON.stringify(tally)}\n`);
      expect(tally.ranked).toBeLessThan(total / 50);
    });
  }
});
