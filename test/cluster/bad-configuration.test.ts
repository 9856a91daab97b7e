import { describe, expect, it } from "vitest";
import {
  MeilisearchApiError,
  MeilisearchRequestError,
  MiroirClient,
  type MiroirError,
  type StaticClusterConfig,
} from "../../src/index.ts";
import { clientsOver, configOf, startCluster, startNodes } from "../support/cluster.ts";

/** The error that constructing a client throws. */
function refusal(config: StaticClusterConfig): MiroirError {
  try {
    new MiroirClient(config);
  } catch (error) {
    return error as MiroirError;
  }
  throw new Error("the configuration was accepted");
}

describe("a configuration that makes no sense", () => {
  const urls = ["http://10.0.0.1:7700", "http://10.0.0.2:7700", "http://10.0.0.3:7700"];
  const wrong: [what: string, config: StaticClusterConfig, words: string][] = [
    ["no nodes", { nodes: [] }, "`nodes`"],
    ["the same address twice", { nodes: [...urls, "http://10.0.0.1:7700/"] }, "nodes[0] has the same url"],
    [
      "the same id twice",
      { nodes: urls.map((url, position) => ({ url, id: position === 1 ? "b" : "a" })) },
      "nodes[0] has the same id",
    ],
    ["more replicas than nodes", { nodes: urls, replicationFactor: 4 }, "`replicationFactor` is 4"],
    [
      "more replicas than one of its groups has nodes",
      {
        nodes: urls.map((url, position) => ({ url, group: position === 0 ? "small" : "large" })),
        replicationFactor: 2,
      },
      "Group `small` has 1 node",
    ],
    ["half a replica", { nodes: urls, replicationFactor: 1.5 }, "`replicationFactor` is 1.5"],
    ["a number of shards that is no power of two", { nodes: urls, shards: 100 }, "`shards` is 100"],
    ["an address that is none", { nodes: ["10.0.0.1", ...urls.slice(1)] }, "`nodes[0].url`"],
    ["an address with a password", { nodes: ["http://user:secret@10.0.0.1:7700"] }, "Leave out user name"],
    ["a time-out below zero", { nodes: urls, readTimeoutMs: -1 }, "`readTimeoutMs` is -1"],
    [
      "a consistency that there is not",
      { nodes: urls, writeConsistency: "most" } as unknown as StaticClusterConfig,
      "`writeConsistency`",
    ],
  ];
  it.each(wrong)("is refused when the client is made: %s", (_, config, words) => {
    const error = refusal(config);
    expect(error.code).toBe("miroir_invalid_config");
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("secret");
  });
});

describe("a configuration that the nodes contradict", () => {
  it("is refused when the number of replicas is not the founder's", async () => {
    const { client, connect } = await startCluster({ replicationFactor: 2 });
    await client.createIndex("movies").waitTask();
    const other = connect({ replicationFactor: 1 });
    await expect(other.index("movies").search("")).rejects.toMatchObject({ code: "miroir_topology_mismatch" });
    await expect(other.createIndex("more")).rejects.toMatchObject({ code: "miroir_topology_mismatch" });
  });

  it("is refused when the number of shards is not the founder's", async () => {
    const { client, connect } = await startCluster({ shards: 16 });
    await client.health();
    await expect(connect({ shards: 32 }).health()).rejects.toMatchObject({ code: "miroir_topology_mismatch" });
  });

  it("is refused when a node was added to it by hand", async () => {
    const { client, config, connect } = await startCluster();
    await client.health();
    const [extra] = await startNodes(1);
    const nodes = [...config.nodes, { id: "node-3", url: extra?.url ?? "", group: "group-0" }];
    await expect(connect({ nodes }).health()).rejects.toMatchObject({ code: "miroir_topology_mismatch" });
    expect((await extra?.handle({ ...EMPTY_REQUEST, path: "/indexes" }))?.body).not.toContain("miroir__state");
  });

  it("is refused when two nodes changed places", async () => {
    const { client, config, connect } = await startCluster();
    await client.health();
    const [first, second, third] = config.nodes;
    if (typeof first !== "object" || typeof second !== "object" || third === undefined) throw new Error("no nodes");
    const nodes = [{ ...first, url: second.url }, { ...second, url: first.url }, third];
    await expect(connect({ nodes }).health()).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining("says it is node `node-1`"),
    });
  });

  it("is refused when a node's address answers web pages", async () => {
    const nodes = await startNodes(3);
    nodes[1]?.faults.set({ html: true });
    const { client } = clientsOver(
      configOf(
        nodes.map(({ url }) => url),
        {},
      ),
    );
    await expect(client.index("movies").search("")).rejects.toMatchObject({
      code: "miroir_bad_answer",
      message: expect.stringContaining("node `node-1`"),
    });
  });

  it("is refused when the key is wrong, without showing it", async () => {
    const nodes = await startNodes(3);
    const settings = { apiKey: "not-the-key" };
    const { client } = clientsOver(
      configOf(
        nodes.map(({ url }) => url),
        { settings },
      ),
    );
    const error = await client
      .index("movies")
      .search("")
      .catch((reason) => reason);
    expect(error).toMatchObject({ cause: { code: "invalid_api_key" }, response: { status: 403 } });
    expect(error.message).toContain("operatorKey");
    expect(error.message).not.toContain("not-the-key");
  });

  it("lets a key that may only search do nothing else", async () => {
    const { client, directs, connect } = await startCluster();
    await client
      .index("movies")
      .addDocuments([{ id: 1 }])
      .waitTask();
    // A key's text follows from its uid and the master key, so one uid gives one text on every node.
    const uid = "6062abda-a5aa-4414-ac91-ecd7944c0f8d";
    const options = { uid, actions: ["search" as const], indexes: ["*"], expiresAt: null };
    const keys = await Promise.all(directs.map((direct) => direct.createKey(options)));
    const [{ key } = { key: "" }] = keys;
    const reader = connect({ apiKey: key, operatorKey: "masterKey" });
    expect((await reader.index("movies").search("")).hits).toEqual([{ id: 1 }]);
    await expect(reader.index("movies").addDocuments([{ id: 2 }])).rejects.toMatchObject({
      cause: { code: "invalid_api_key" },
    });
    await expect(reader.index("movies").getDocument(1)).rejects.toMatchObject({ cause: { code: "invalid_api_key" } });
    await expect(reader.index("movies").updateStopWords(["a"])).rejects.toMatchObject({
      cause: { code: "invalid_api_key" },
    });
    // Nor what no node would have to be asked for, and least of all when the key is all that the client has.
    for (const holder of [reader, connect({ apiKey: key })]) {
      const [movies, nowhere] = [holder.index("movies"), holder.index("nowhere")];
      for (const refused of [
        () => nowhere.deleteDocument(1),
        () => nowhere.deleteDocuments([1]),
        () => nowhere.deleteDocuments({ filter: "id = 1" }),
        () => nowhere.deleteAllDocuments(),
        () => movies.deleteDocuments([]),
        () => movies.addDocuments([]),
        () => movies.addDocuments([{ id: "no id" }]),
        () => movies.updateDocuments([{ id: "no id" }]),
      ]) {
        await expect(refused()).rejects.toMatchObject({ cause: { code: "invalid_api_key" } });
      }
    }
    expect((await client.tasks.getTasks()).results).toHaveLength(1);
    expect((await client.index("movies").getStats()).numberOfDocuments).toBe(1);
    expect(await client.index("movies").getStopWords()).toEqual([]);
  });

  it("is answered as by the official client when no key is given", async () => {
    const { client, config, nodes } = await startCluster();
    await client.createIndex("movies").waitTask();
    const { apiKey: _, ...keyless } = config;
    const [over, one] = [clientsOver(keyless).client, new MiroirClient({ host: nodes[0]?.url ?? "" })];
    const [error, expected] = await Promise.all(
      [over, one].map((each) =>
        each
          .index("movies")
          .search("")
          .catch((reason) => reason),
      ),
    );
    expect(error).toBeInstanceOf(MeilisearchApiError);
    expect(error.cause).toEqual(expected.cause);
    expect([error.cause.code, error.response.status]).toEqual(["missing_authorization_header", 401]);
  });

  it("is told as the official client tells it when no node can be reached", async () => {
    const nodes = await startNodes(3);
    await Promise.all(nodes.map((node) => node.crash({ keepData: true })));
    const { client } = clientsOver(configOf(nodes.map(({ url }) => url)));
    const error = await client.createIndex("movies").catch((reason) => reason);
    expect(error).toBeInstanceOf(MeilisearchRequestError);
    expect(error.message).toBe(`Request to ${nodes[0]?.url}/indexes has failed`);
    await expect(client.tasks.getTasks({ indexUids: ["movies", "films"], limit: 2 })).rejects.toMatchObject({
      message: `Request to ${nodes[0]?.url}/tasks?indexUids=movies%2Cfilms&limit=2 has failed`,
    });
    expect(error.cause).toMatchObject({
      code: "miroir_store_unavailable",
      attempts: [{ node: "node-0" }, { node: "node-1" }, { node: "node-2" }],
    });
    await Promise.all(nodes.map((node) => node.restart()));
    expect((await client.createIndex("movies").waitTask()).status).toBe("succeeded");
  });

  it("does not keep a client from asking whether the servers answer", async () => {
    const { client, config, nodes, connect } = await startCluster();
    await client.createIndex("movies").waitTask();
    const { apiKey: _, ...keyless } = config;
    for (const stranger of [clientsOver(keyless).client, connect({ apiKey: "not-the-key" }), connect({ apiKey: "" })]) {
      expect(await stranger.health()).toEqual({ status: "available" });
      expect(await stranger.isHealthy()).toBe(true);
      await expect(stranger.getStats()).rejects.toMatchObject({ cause: { type: "auth" } });
    }
    // With two copies the loss of one node leaves every shard with an answer, that of two does not.
    await nodes[0]?.close();
    expect(await clientsOver(keyless).client.isHealthy()).toBe(true);
    await nodes[1]?.close();
    await expect(clientsOver(keyless).client.health()).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
    expect(await clientsOver(keyless).client.isHealthy()).toBe(false);
  });

  it("founds no cluster while a node is down, and names it", async () => {
    const nodes = await startNodes(3);
    await nodes[2]?.crash({ keepData: true });
    const { client } = clientsOver(
      configOf(
        nodes.map(({ url }) => url),
        {},
      ),
    );
    await expect(client.createIndex("movies")).rejects.toMatchObject({
      code: "miroir_store_unavailable",
      message: expect.stringContaining("node `node-2`"),
    });
    await nodes[2]?.restart();
    expect((await client.createIndex("movies").waitTask()).status).toBe("succeeded");
  });
});

const EMPTY_REQUEST = {
  method: "GET",
  query: "",
  headers: { authorization: "Bearer masterKey" },
  body: new Uint8Array(),
} as const;
