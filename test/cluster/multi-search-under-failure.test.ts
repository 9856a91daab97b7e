import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { type MiroirClient, metaOf } from "../../src/index.ts";
import type { EmbeddedRequest } from "../../src/testing/embedded-node/index.ts";
import { startCluster } from "../support/cluster.ts";
import { bodyText, recordRequests } from "../support/requests.ts";

const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}`, year: 1960 + (id % 30) }));
const QUERIES = [
  { indexUid: "films", limit: 100 },
  { indexUid: "series", sort: ["year:asc"], limit: 100 },
];

async function filled(replicationFactor: number) {
  const cluster = await startCluster({ replicationFactor, settings: { attemptTimeoutMs: 800, readTimeoutMs: 15_000 } });
  for (const { indexUid } of QUERIES) {
    const index = cluster.client.index(indexUid);
    await index.updateSortableAttributes(["year"]).waitTask();
    await index.addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  }
  return cluster;
}

const isMultiSearch = ({ path }: EmbeddedRequest) => path === "/multi-search";

/** The shard tags that a request limits its first query to. */
function tagsOf(request: EmbeddedRequest): string[] {
  const { queries } = JSON.parse(bodyText(request)) as { queries: { filter: string[] }[] };
  return [...(queries[0]?.filter.at(-1) ?? "").matchAll(/"([^"]+)"/g)].map(([, tag = ""]) => tag);
}

function federate(client: MiroirClient): Promise<JsonObject> {
  const queries = QUERIES.map(({ indexUid }) => ({ indexUid, sort: ["year:asc"] }));
  return client.multiSearch({ queries, federation: { limit: 200 } }) as unknown as Promise<JsonObject>;
}

describe("searching several times at once while nodes are in trouble", () => {
  it("sends every node one request for all queries, and asks each shard once", async () => {
    const { client, nodes } = await filled(1);
    const seen = nodes.map(recordRequests);
    await client.multiSearch({ queries: QUERIES });
    const batches = seen.map((requests) => requests.filter(isMultiSearch));
    expect(batches.map(({ length }) => length)).toEqual([1, 1, 1]);
    const tags = batches.flatMap((requests) => requests.flatMap(tagsOf));
    expect(tags).toHaveLength(16);
    expect(new Set(tags).size).toBe(16);
  });

  it("asks other replicas for exactly the shards of a node that fails", async () => {
    const { client, nodes } = await filled(2);
    const failed: string[][] = [];
    nodes[0]?.faults.set({
      status: 500,
      match: (request) => {
        if (isMultiSearch(request)) failed.push(tagsOf(request));
        return isMultiSearch(request);
      },
    });
    const answered = [nodes[1], nodes[2]].flatMap((node) => (node === undefined ? [] : [recordRequests(node)]));
    for (let round = 0; failed.length === 0 && round < 20; round++) {
      for (const requests of answered) requests.length = 0;
      const answer = await client.multiSearch({ queries: QUERIES });
      expect(answer.results.map(({ hits }) => hits.length)).toEqual([60, 60]);
      expect(metaOf(answer)).toMatchObject({ degraded: false, exact: true, coverage: { missing: [] } });
    }
    const tags = answered.flatMap((requests) => requests.filter(isMultiSearch).flatMap(tagsOf));
    expect(failed[0]?.every((tag) => tags.includes(tag))).toBe(true);
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags).toHaveLength(16);
  });

  it("federates completely over the replicas of a dead node", async () => {
    const { client, nodes } = await filled(2);
    const before = await federate(client);
    await nodes[1]?.crash({ keepData: true });
    const after = await federate(client);
    const yearsOf = (answer: JsonObject) => (answer["hits"] as JsonObject[]).map(({ year }) => year);
    expect(yearsOf(after)).toEqual(yearsOf(before));
    expect(after["estimatedTotalHits"]).toBe(120);
    expect(metaOf(after)).toMatchObject({ degraded: false, coverage: { missing: [] } });
  });

  it("says which shards are missing, or refuses without them where the caller wants all", async () => {
    const { client, nodes } = await filled(1);
    await nodes[2]?.crash({ keepData: true });
    for (const ask of [federate, (view: MiroirClient) => view.multiSearch({ queries: QUERIES })]) {
      const answer = await ask(client);
      expect(metaOf(answer)).toMatchObject({ degraded: true, exact: false });
      expect(metaOf(answer)?.coverage?.missing).not.toEqual([]);
      await expect(ask(client.with({ partial: false }))).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
    }
  });
});
