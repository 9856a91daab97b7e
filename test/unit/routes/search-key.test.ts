import { describe, expect, it } from "vitest";
import type { RuleRecord } from "../../../src/cluster/search-rule.ts";
import type { ClusterRequest } from "../../../src/core/types.ts";
import type { CallOptions, Cluster } from "../../../src/routes/cluster.ts";
import { searchKey } from "../../../src/routes/search/search-key.ts";
import { ReadYourWrites } from "../../../src/tasks/own-writes/read-your-writes.ts";
import { memoryCluster, rowOf } from "../../support/memory-cluster.ts";
import { answer } from "../../support/memory-transport.ts";

const { cluster } = await memoryCluster(() => answer(200, {}), { table: [["a"]] });
const row = rowOf("movies");
const request: ClusterRequest = {
  method: "POST",
  path: "indexes/movies/search",
  params: {},
  headers: { authorization: "Bearer one", "x-for": "ada", "content-length": "12" },
  body: { q: "film", filter: ["a = 1", "b = 2"], hybrid: { embedder: "e", semanticRatio: 1 } },
};

interface Asked {
  readonly cluster?: Partial<Cluster>;
  readonly request?: Partial<ClusterRequest>;
  readonly row?: Partial<typeof row>;
  readonly call?: CallOptions;
}

function keyOf(other: Asked = {}): string | undefined {
  const asked = { row: { ...row, ...other.row }, call: other.call ?? {} };
  return searchKey({ ...cluster, ...other.cluster }, { ...request, ...other.request }, asked);
}

describe("searchKey", () => {
  it.each<[string, Asked]>([
    ["who asks", { request: { headers: { ...request.headers, authorization: "Bearer two" } } }],
    ["nobody asking", { request: { headers: { "x-for": "ada" } } }],
    ["a header for the nodes", { request: { headers: { ...request.headers, "x-for": "bob" } } }],
    ["the index", { request: { path: "indexes/books/search" } }],
    ["the verb", { request: { method: "GET" } }],
    ["a query parameter", { request: { params: { q: "film" } } }],
    ["the order of a list", { request: { body: { q: "film", filter: ["b = 2", "a = 1"] } } }],
    ["a body that is no JSON", { request: { body: "film", isText: true } }],
    ["the preference", { call: { preference: "ada" } }],
    ["the tenant", { call: { tenant: "ada" } }],
    ["the settings that are wanted", { call: { settingsVersion: 2 } }],
    ["the index's row", { row: { stamp: "later" } }],
    ["the topology", { cluster: { topology: { ...cluster.topology, epoch: 2 } } }],
    ["a search rule", { cluster: { rules: rulesWith("1") } }],
    ["a task that has ended", { cluster: { tasks: Object.create(cluster.tasks, { ended: { value: 1 } }) } }],
  ])("differs with %s", (_what, other) => {
    expect(keyOf(other)).toBeDefined();
    expect(keyOf(other)).not.toBe(keyOf());
  });

  it("differs with the version of a search rule", () => {
    expect(keyOf({ cluster: { rules: rulesWith("1") } })).not.toBe(keyOf({ cluster: { rules: rulesWith("2") } }));
  });

  it("is the same for another order of keys, another signal, and headers that no node is sent", () => {
    const { authorization = "" } = request.headers;
    const body = { hybrid: { semanticRatio: 1, embedder: "e" }, filter: ["a = 1", "b = 2"], q: "film" };
    const headers = { "content-length": "14", "x-for": "ada", authorization };
    expect(keyOf({ request: { body, headers, signal: new AbortController().signal } })).toBe(keyOf());
  });

  it("is none for a search that must show what its session wrote", () => {
    expect(keyOf({ call: { session: new ReadYourWrites() } })).toBeUndefined();
  });
});

function rulesWith(stamp: string): Cluster["rules"] {
  const inForce = [{ uid: "r", stamp } as RuleRecord];
  return Object.create(cluster.rules, { inForce: { value: inForce } });
}
