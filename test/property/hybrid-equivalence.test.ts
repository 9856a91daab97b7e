import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { rankOf } from "../support/equivalence/equivalent.ts";
import { UID } from "../support/equivalence/reference.ts";
import { searches } from "../support/equivalence/searches.ts";
import { EMBEDDER, vectorCorpora, vectors } from "../support/equivalence/vectors.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["HYBRID"] ?? 400);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`vector and hybrid equivalence: ${total} searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 5, replicationFactor: 1, shards: 64 },
];

const semantic = fc.record(
  {
    semanticRatio: fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 0.9, 1),
    showRankingScoreDetails: fc.boolean(),
    retrieveVectors: fc.boolean(),
    hasVector: fc.boolean(),
  },
  { requiredKeys: ["showRankingScoreDetails", "retrieveVectors"] },
);

/** A random search with a vector. */
const hybridSearches: fc.Arbitrary<JsonObject> = fc
  .tuple(searches, semantic, vectors)
  .map(([search, { semanticRatio, hasVector = true, ...show }, vector]) => {
    const hybrid = { embedder: EMBEDDER, ...(semanticRatio === undefined ? {} : { semanticRatio }) };
    const q = String(search["q"] ?? "");
    const isRefused = !hasVector && semanticRatio === 1;
    return { ...search, q, ...show, hybrid, ...(hasVector || isRefused ? { vector } : {}), showRankingScore: true };
  });

const scoreOf = (hit: JsonObject) => Number(hit["_rankingScore"]).toFixed(9);

/** Whether the scores of hits are the same on every node; where they are not, the halves are woven otherwise. */
function haveEqualScores(hits: readonly JsonObject[], whole: readonly JsonObject[]): boolean {
  const scoreById = new Map(whole.map((hit) => [hit["id"], scoreOf(hit)]));
  return hits.every((hit) => (scoreById.get(hit["id"] ?? null) ?? scoreOf(hit)) === scoreOf(hit));
}

const TOTALS = ["estimatedTotalHits", "totalHits", "totalPages"];

/** What the metadata says of totals that depend on how many hits were compared. */
const VARYING_TOTALS = /^Totals with distinct|^Scores near the threshold/;

/** Other reasons that these searches give for answers that are not exact. */
const EXPLAINED = /^Documents spell|^Scores of hits by words/;

/** Where the metadata says that hits may be others. */
const APPROXIMATE = /is not displayed\.$|^What is found by vector is left out/;

async function check({ client, reference }: World, search: JsonObject): Promise<boolean> {
  const detailed = { ...search, attributesToRetrieve: ["*"], showRankingScoreDetails: true };
  const answer = (await client.index(UID).search(null, detailed)) as unknown as JsonObject;
  const shown = (await client.index(UID).search(null, search)) as unknown as JsonObject;
  refuseReservedTraces(shown, "The answer");
  const [own, wanted] = [answer["hits"] as JsonObject[], reference.search(detailed)["hits"] as JsonObject[]];
  const expected = reference.search(search);
  expect(Object.keys(shown).sort()).toEqual(Object.keys(expected).sort());
  if (search["matchingStrategy"] === "frequency") return false;
  const { page: _page, hitsPerPage: _hitsPerPage, hybrid: _hybrid, vector: _vector, ...plain } = detailed as JsonObject;
  const words: JsonObject = { ...plain, offset: 0, limit: 1000 };
  const whole = (await client.index(UID).search(null, words)) as unknown as JsonObject;
  const isComparable = haveEqualScores(whole["hits"] as JsonObject[], reference.search(words)["hits"] as JsonObject[]);
  const reasons = metaOf(shown)?.reasons ?? ["the answer carries no metadata"];
  if (!isComparable || reasons.some((reason) => APPROXIMATE.test(reason))) return false;
  const places = (hits: readonly JsonObject[]) =>
    hits.map((hit) => `${scoreOf(hit)} ${rankOf(hit["_rankingScoreDetails"])}`);
  expect(places(own)).toEqual(places(wanted));
  const hasTotals = !reasons.some((reason) => VARYING_TOTALS.test(reason));
  for (const field of ["semanticHitCount", "queryVector", "query", ...(hasTotals ? TOTALS : [])]) {
    expect(shown[field], field).toEqual(expected[field]);
  }
  const open = reasons.filter((reason) => !EXPLAINED.test(reason) && !VARYING_TOTALS.test(reason));
  expect(open).toEqual([]);
  const known = reference.search({ ...search, offset: 0, limit: 1000, page: null, hitsPerPage: null });
  for (const hit of shown["hits"] as JsonObject[]) {
    const same = (known["hits"] as JsonObject[]).filter((other) => other["id"] === hit["id"]);
    if (hit["id"] === undefined || same.length === 0) continue;
    expect(same.some((other) => isDeepStrictEqual(Object.keys(other).sort(), Object.keys(hit).sort()))).toBe(true);
  }
  return true;
}

describe(`searches by vector and by both over a cluster equal one node's (SEED=${seed})`, () => {
  const each = Math.ceil(total / SHAPES.length / 3);
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      const own = fc.sample(vectorCorpora({ several: 3 }), { seed: seed + position, numRuns: 3 });
      let compared = 0;
      for (const [turn, { documents, settings }] of own.entries()) {
        const world = await startWorld(shape, { documents, settings });
        const property = fc.asyncProperty(hybridSearches, async (search) => {
          if (await check(world, search)) compared += 1;
        });
        await fc.assert(property, { seed: seed + position + turn, numRuns: each });
      }
      expect(compared).toBeGreaterThan(each);
    });
  }
});
