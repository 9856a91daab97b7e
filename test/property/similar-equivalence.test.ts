import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { UID } from "../support/equivalence/reference.ts";
import { searches } from "../support/equivalence/searches.ts";
import { EMBEDDER, vectorCorpora } from "../support/equivalence/vectors.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["SIMILAR"] ?? 300);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`similar documents equivalence: ${total} requests, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 5, replicationFactor: 1, shards: 64 },
];

const options = fc.record(
  {
    offset: fc.nat(12),
    limit: fc.nat(15),
    attributesToRetrieve: fc.constantFrom(["id"], ["id", "title"], ["*"]),
    retrieveVectors: fc.boolean(),
    showRankingScore: fc.boolean(),
    showRankingScoreDetails: fc.boolean(),
    rankingScoreThreshold: fc.constantFrom(0, 0.4, 0.8),
  },
  { requiredKeys: [] },
);

const requests: fc.Arbitrary<JsonObject> = fc.tuple(fc.nat(29), searches, options).map(([id, { filter }, some]) => {
  return { id, embedder: EMBEDDER, ...(filter !== undefined && { filter }), ...(some as JsonObject) };
});

const scored = (request: JsonObject): JsonObject => ({ ...request, showRankingScore: true });

/** Hits may change places only where they are equally similar. */
async function check({ client, reference }: World, request: JsonObject): Promise<void> {
  const answer = (await client.index(UID).searchSimilarDocuments(request as never)) as unknown as JsonObject;
  refuseReservedTraces(answer, "The answer");
  expect(metaOf(answer)).toMatchObject({ degraded: false, exact: true });
  const expected = reference.post("similar", request);
  const everything = { ...request, offset: 0, limit: 1000, rankingScoreThreshold: 0 };
  const all = reference.post("similar", everything)["hits"] as JsonObject[];
  const scoreById = new Map(
    (reference.post("similar", scored(everything))["hits"] as JsonObject[]).map((hit) => [
      hit["id"],
      hit["_rankingScore"],
    ]),
  );
  const [own, wanted] = [answer["hits"] as JsonObject[], expected["hits"] as JsonObject[]];
  expect(own.map(({ id }) => scoreById.get(id ?? null))).toEqual(wanted.map(({ id }) => scoreById.get(id ?? null)));
  for (const hit of own) expect(all.some((other) => isDeepStrictEqual(other, hit))).toBe(true);
  expect({ ...answer, hits: [], processingTimeMs: 0 }).toEqual({ ...expected, hits: [], processingTimeMs: 0 });
}

describe(`similar documents over a cluster equal one node's (SEED=${seed})`, () => {
  const each = Math.ceil(total / SHAPES.length / 3);
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      const own = fc.sample(vectorCorpora({ several: 0 }), { seed: seed + position, numRuns: 3 });
      for (const [turn, corpus] of own.entries()) {
        const { pagination: _, ...settings } = corpus.settings; // one answer for all neighbours
        const world = await startWorld(shape, { ...corpus, settings });
        const property = fc.asyncProperty(requests, (request) => check(world, request));
        await fc.assert(property, { seed: seed + position + turn, numRuns: each });
      }
    });
  }
});
