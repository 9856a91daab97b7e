import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { type MiroirClient, metaOf, type SearchWork } from "../../src/index.ts";
import type { EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, MASTER_KEY } from "../support/cluster-config.ts";
import { type Corpus, largeCorpus } from "../support/equivalence/corpus.ts";
import { differences } from "../support/equivalence/equivalent.ts";
import { pagedSearches } from "../support/equivalence/paged-searches.ts";
import { UID } from "../support/equivalence/reference.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";
import { printedSeed } from "../support/printed-seed.ts";

const total = Number(process.env["SEARCHES"] ?? 800);
const seed = printedSeed(`node limits: ${total} searches`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 4, replicationFactor: 1 },
  { nodes: 6, replicationFactor: 2, shards: 64 },
  { nodes: 8, replicationFactor: 1, shards: 64 },
];

/** The same replicas, and so the same order of ties, for every client. */
const PREFERENCE = { preference: "one" };

/** What people look for in a skewed corpus. */
const ABOUT = "star moon sun river red";

/** The same with everything that is searched for on one node: all of its documents are about that, and no others. */
function skewed({ documents, settings }: Corpus, ids: ReadonlySet<number>): Corpus {
  return {
    documents: documents.map((document) =>
      ids.has(document.id) ? { ...document, title: ABOUT, year: 2002 } : document,
    ),
    settings,
  };
}

/** Ids of the documents that a node holds. */
function idsOn(node: EmbeddedNode | undefined): Set<number> {
  const response = node?.handle({
    ...{ method: "GET", path: `/indexes/${UID}/documents`, query: "limit=1000&fields=id" },
    ...{ headers: { authorization: `Bearer ${MASTER_KEY}` }, body: new Uint8Array() },
  });
  const { results } = JSON.parse(response?.body ?? "{}") as { results: { id: number }[] };
  return new Set(results.map(({ id }) => id));
}

/** What the searches of this file took, with limits and without. */
const work = { searches: 0, hits: 0, wholeHits: 0, topUps: 0, twoSteps: 0 };

function count(limited: SearchWork | undefined, whole: SearchWork | undefined): void {
  work.searches += 1;
  work.topUps += limited?.topUps ?? 0;
  work.twoSteps += Number(limited?.twoStep === "used");
  work.hits += limited?.hitsParsed ?? 0;
  work.wholeHits += whole?.hitsParsed ?? 0;
}

/** Which words are highlighted depends on how far a node looks for mistyped ones; see `Reference.hasFixedHighlights`. */
function comparable(answer: JsonObject, hasFixedHighlights: boolean): JsonObject {
  const { processingTimeMs: _, requestUid: __, ...rest } = answer;
  if (hasFixedHighlights) return rest;
  const hits = (rest["hits"] as JsonObject[]).map(({ _formatted, _matchesPosition, ...hit }) => hit);
  return { ...rest, hits };
}

async function check({ client, reference }: World, whole: MiroirClient, search: JsonObject): Promise<void> {
  const [answer, other] = await Promise.all(
    [client, whole].map(
      async (each) => (await each.with(PREFERENCE).index(UID).search(null, search)) as unknown as JsonObject,
    ),
  );
  const meta = metaOf(answer);
  if (answer === undefined || other === undefined || meta === undefined) throw new Error("an answer is missing");
  count(meta.search, metaOf(other)?.search);
  const [own, wanted] = [answer, other].map((each) => comparable(each, reference.hasFixedHighlights));
  if (!isDeepStrictEqual(own, wanted)) expect(own).toEqual(wanted);
  const faults = differences(reference, search, { answer, meta });
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

describe(`searches with limits for each node (SEED=${seed})`, () => {
  const numRuns = Math.max(1, Math.floor(total / SHAPES.length / 2));
  for (const [position, shape] of SHAPES.entries()) {
    it(`equal those without on ${shape.nodes} nodes`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      const corpus = largeCorpus(own);
      const even = await startWorld(shape, corpus);
      const uneven = await startWorld(shape, skewed(corpus, idsOn(even.nodes[0])));
      for (const world of [even, uneven]) {
        const whole = world.connect({ adaptiveLimits: false });
        await check(world, whole, { q: ABOUT, limit: 20 }); // of a skewed corpus, one node has all of these
        await fc.assert(
          fc.asyncProperty(pagedSearches, (search) => check(world, whole, search)),
          { seed: own, numRuns },
        );
      }
    });
  }

  it("asked for less, again where that was too little, and for deep pages in two steps", () => {
    process.stdout.write(`node limits: ${JSON.stringify(work)}\n`);
    expect(work.topUps).toBeGreaterThan(0);
    expect(work.twoSteps).toBeGreaterThan(0);
    expect(work.hits).toBeLessThan(work.wholeHits);
  });
});
