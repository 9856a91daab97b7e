import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { corpora } from "../support/equivalence/corpus.ts";
import { UID } from "../support/equivalence/reference.ts";
import { searches } from "../support/equivalence/searches.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";

const total = Number(process.env["FACET_SEARCHES"] ?? 400);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`facet search equivalence: ${total} facet searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 5, replicationFactor: 1, shards: 64 },
];

const facets = fc.record(
  {
    facetName: fc.constantFrom("genre", "tags", "nested.color", "year"),
    facetQuery: fc.constantFrom("", "d", "D", "dra", "darma", "sci", "new", "star", "sta", "re", "blue", "zzz"),
    exhaustiveFacetCount: fc.boolean(),
  },
  { requiredKeys: ["facetName"] },
);

/** A facet search: a random search's words and filter, and a facet. */
const facetSearches: fc.Arbitrary<JsonObject> = fc
  .tuple(searches, facets)
  .map(([{ q, filter, matchingStrategy, attributesToSearchOn, rankingScoreThreshold }, facet]) => {
    const search = { q, filter, matchingStrategy, attributesToSearchOn, rankingScoreThreshold };
    const given = Object.entries(search).filter(([, value]) => value !== undefined);
    return { ...(Object.fromEntries(given) as JsonObject), ...(facet as JsonObject) };
  });

interface FacetHit {
  readonly value: string;
  readonly count: number;
}

const RESPELLED = "Documents spell a value differently.";

const lower = (hits: readonly FacetHit[]) => hits.map(({ value, count }) => ({ value: value.toLowerCase(), count }));

async function check({ client, reference }: World, body: JsonObject): Promise<void> {
  const answer = await client.index(UID).searchForFacetValues(body as { facetName: string });
  const { facetHits, facetQuery } = reference.post("facet-search", body);
  const reasons = metaOf(answer)?.reasons ?? ["the answer carries no metadata"];
  expect(answer.facetQuery).toBe(facetQuery);
  const isCounted = reference.isDistinct({}) || body["rankingScoreThreshold"] !== undefined;
  if (isCounted || body["matchingStrategy"] === "frequency") {
    if ((metaOf(answer)?.nodes.length ?? 0) > 1) expect(reasons).not.toEqual([]);
    return;
  }
  expect(reasons.filter((reason) => reason !== RESPELLED)).toEqual([]);
  const [own, wanted] = [answer.facetHits as FacetHit[], facetHits as unknown as FacetHit[]];
  // One node shows the spelling of any document, and a node that lacks that document cannot know of it.
  if (!reasons.includes(RESPELLED)) expect(lower(own)).toEqual(lower(wanted));
  else if (!reference.ordersFacetsByCount) expect(lower(own)).toEqual(lower(wanted));
  else expect(own.map(({ count }) => count)).toEqual(wanted.map(({ count }) => count));
}

describe(`facet searches over a cluster equal one node's (SEED=${seed})`, () => {
  const each = Math.ceil(total / SHAPES.length / 3);
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      for (const [turn, corpus] of fc.sample(corpora, { seed: seed + position, numRuns: 3 }).entries()) {
        const world = await startWorld(shape, corpus);
        const property = fc.asyncProperty(facetSearches, (body) => check(world, body));
        await fc.assert(property, { seed: seed + position + turn, numRuns: each });
      }
    });
  }
});
