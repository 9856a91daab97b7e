import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/cluster/settings/default-settings.ts";
import type { JsonObject, JsonValue } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import { planShards } from "../../src/routing/planner/shard-plan.ts";
import { idHash, loadHasher } from "../../src/routing/shard.ts";
import type { EngineSettings } from "../../src/testing/embedded-node/engine/contract.ts";
import { FieldIndex } from "../../src/testing/embedded-node/engine/fields/field-index.ts";
import { evaluateFilter } from "../../src/testing/embedded-node/engine/filter/evaluate.ts";
import { type ClusterShape, startCluster } from "../support/cluster.ts";
import {
  type KeyedDocument,
  keyedDocuments,
  keyedFilters,
  keyedSearches,
} from "../support/equivalence/keyed-filters.ts";

const total = Number(process.env["SEARCHES"] ?? 400);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`planner equivalence: ${total} searches, SEED=${seed}\n`);

const SHARDS = 4096; // so that hardly two documents are in one shard
const FILTERABLE = ["id", "genre", "place"];

describe(`shards of filters (SEED=${seed})`, () => {
  it("hold every document that the filter lets through", { timeout: 120_000 }, async () => {
    const hasher = await loadHasher();
    const shardOf = (id: string) => idHash(hasher, id) & (SHARDS - 1);
    const context = { primaryKey: "id", filterableAttributes: FILTERABLE, shards: SHARDS, mostIds: 128, shardOf };
    let narrowed = 0;
    const property = fc.property(keyedDocuments, fc.array(keyedFilters, { minLength: 10 }), (documents, filters) => {
      const passing = passingIds(documents);
      for (const filter of filters) {
        const { shards } = planShards({ filter }, context);
        if (shards === "all") continue;
        narrowed += 1;
        const lost = passing(filter).filter((id) => !shards.includes(shardOf(id)));
        expect(lost, JSON.stringify(filter)).toEqual([]);
      }
    });
    fc.assert(property, { seed, numRuns: total });
    expect(narrowed).toBeGreaterThan(total);
  });
});

/** The ids of the documents that pass a filter, as one node finds them. */
function passingIds(documents: readonly KeyedDocument[]): (filter: JsonValue) => string[] {
  const settings = { ...(defaultSettings as unknown as EngineSettings), filterableAttributes: FILTERABLE };
  const index = new FieldIndex(settings, "id");
  for (const [docid, document] of documents.entries()) index.put(docid, { ...document });
  return (filter) => {
    const passing = evaluateFilter(filter, index, { settings, code: "invalid_search_filter", prefix: "Index: " });
    return documents.flatMap(({ id }, docid) => (passing.has(docid) ? [String(id)] : []));
  };
}

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1, shards: 16 },
  { nodes: 4, replicationFactor: 1, shards: 64 },
  { nodes: 3, replicationFactor: 2, shards: 256 },
];

const SETTINGS = {
  filterableAttributes: FILTERABLE,
  sortableAttributes: ["place", "genre"],
  // No two documents tie, so that one server's order is the only one.
  rankingRules: ["words", "sort", "place:asc"],
};

describe(`searches by the primary key over a cluster equal one node's (SEED=${seed})`, () => {
  for (const [position, shape] of SHAPES.entries()) {
    it(`on ${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 300_000 }, async () => {
      const { client, directs } = await startCluster(shape);
      const [documents = []] = fc.sample(keyedDocuments, { seed: seed + position, numRuns: 1 });
      const [index, whole] = [client.index("keyed"), directs[0]?.index("whole") ?? expect.fail("no node")];
      for (const each of [index, whole]) {
        await each.updateSettings(SETTINGS).waitTask();
        await each.addDocuments([...documents], { primaryKey: "id" }).waitTask();
      }
      let narrowed = 0;
      const property = fc.asyncProperty(keyedSearches, async (search) => {
        const answer = await index.search(null, search);
        if (metaOf(answer)?.narrowed === true) narrowed += 1;
        expect(timeless(answer)).toEqual(timeless(await whole.search(null, search)));
      });
      const numRuns = Math.ceil(total / SHAPES.length);
      await fc.assert(property, { seed: seed + position, numRuns });
      expect(narrowed).toBeGreaterThan(numRuns / 5);
    });
  }
});

function timeless(answer: object): JsonObject {
  const { processingTimeMs: _, requestUid: __, ...rest } = answer as JsonObject;
  return rest;
}
