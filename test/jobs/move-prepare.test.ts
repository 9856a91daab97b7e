import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NodeInfo } from "../../src/core/types.ts";
import { prepareNode } from "../../src/jobs/move/prepare-node.ts";
import { createEmbeddedNode, type EmbeddedNodeOptions } from "../../src/testing/embedded-node/index.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { type MoveCluster, startMoveCluster } from "../support/move-cluster.ts";

const UID = "movies";
const { signal } = new AbortController();

async function newServer(
  options: EmbeddedNodeOptions = { masterKey: MASTER_KEY },
  id = "new",
): Promise<{ node: NodeInfo; direct: Meilisearch }> {
  const server = await createEmbeddedNode(options);
  onTestFinished(() => server.close());
  const direct = new Meilisearch({
    ...{ host: server.url, apiKey: options.masterKey ?? "none", defaultWaitOptions: { interval: 5 } },
  });
  return { node: { id, url: server.url, group: "default", weight: 1 }, direct };
}

/** A cluster with everything that a new node needs to get. */
async function furnished(): Promise<MoveCluster & { keyUid: string }> {
  const moving = await startMoveCluster({ joining: 0 });
  const { client } = moving;
  await client.updateExperimentalFeatures({ containsFilter: true, dynamicSearchRules: true } as object);
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  await client.createIndex("keyless").waitTask();
  await client
    .index(UID)
    .updateSettings({
      displayedAttributes: ["title"],
      sortableAttributes: ["year"],
      synonyms: { film: ["movie"] },
      embedders: { mini: { source: "userProvided", dimensions: 2 } },
    })
    .waitTask();
  await client.deleteIndex("keyless").waitTask();
  await client.createIndex("keyless").waitTask();
  const key = await client.createKey({ actions: ["search"], indexes: [UID], expiresAt: null });
  return { ...moving, keyUid: key.uid };
}

describe("prepareNode()", () => {
  it("gives a new server marker, features, keys, indexes and settings, and does so again without a change", async () => {
    const { cluster, directs, keyUid } = await furnished();
    const { node, direct } = await newServer();
    await prepareNode(cluster, node, { signal });
    const model = directs.get("node-0");
    const settings = await direct.index(UID).getSettings();
    expect(settings).toEqual(await model?.index(UID).getSettings());
    expect(settings.displayedAttributes).toContain("year");
    const uids = (await direct.getRawIndexes()).results.map(({ uid, primaryKey }) => [uid, primaryKey]);
    expect(uids.sort()).toEqual(
      (await model?.getRawIndexes())?.results.map(({ uid, primaryKey }) => [uid, primaryKey]).sort(),
    );
    expect(uids).toContainEqual(["keyless__g2", null]);
    expect(await direct.getExperimentalFeatures()).toEqual(await model?.getExperimentalFeatures());
    expect((await direct.getKey(keyUid)).key).toBe((await model?.getKey(keyUid))?.key);
    const marker = await direct.index("miroir__state").getDocument("marker");
    expect(JSON.parse(String(marker["value"]))).toMatchObject({ clusterId: "moving", nodeId: "new", keeper: "store" });
    const { total } = await direct.tasks.getTasks({ limit: 1 });
    await prepareNode(cluster, node, { signal });
    expect((await direct.tasks.getTasks({ limit: 1 })).total).toBe(total);
  });

  it("finishes what was begun, and brings up to date what changed since", async () => {
    const { cluster, client } = await furnished();
    const { node, direct } = await newServer();
    await prepareNode(cluster, node, { signal });
    await direct
      .index(UID)
      .updateSettings({ synonyms: {}, embedders: { other: { source: "userProvided", dimensions: 3 } } })
      .waitTask();
    await direct.deleteIndex("keyless__g2").waitTask();
    await client.index(UID).updateStopWords(["the"]).waitTask();
    await prepareNode(cluster, node, { signal });
    const { synonyms, stopWords, embedders } = await direct.index(UID).getSettings();
    expect({ synonyms, stopWords }).toEqual({ synonyms: { film: ["movie"] }, stopWords: ["the"] });
    expect(Object.keys(embedders ?? {})).toEqual(["mini"]);
    expect((await direct.getRawIndex("keyless__g2")).primaryKey).toBeNull();
  });

  it("gives search rules in the order in which they were made", async () => {
    const { cluster, client, directs } = await furnished();
    for (const uid of ["b", "a"]) {
      const rule = {
        active: true,
        actions: [{ selector: { indexUid: UID, id: uid }, action: { type: "pin", position: 0 } }],
      };
      await client.httpRequest.patch({ path: `dynamic-search-rules/${uid}`, body: rule });
    }
    await client.tasks.waitForTasks((await client.tasks.getTasks()).results.map(({ uid }) => uid));
    await cluster.registry.refresh();
    const { node, direct } = await newServer();
    await prepareNode(cluster, node, { signal });
    const rules = async (on: Meilisearch | undefined) => {
      const answer = await on?.httpRequest.post<{ results: { uid: string }[] }>({
        path: "dynamic-search-rules",
        body: {},
      });
      return answer?.results.map(({ uid, ...rest }) => [uid, { ...rest, lastUpdatedAt: "" }]);
    };
    expect(await rules(direct)).toHaveLength(2);
    expect(await rules(direct)).toEqual(await rules(directs.get("node-0")));
  });

  it("leaves keys behind that it is told not to give, and those that have expired", async () => {
    const { cluster, client, keyUid } = await furnished();
    const soon = new Date(Date.now() + 1000);
    const brief = await client.createKey({ actions: ["search"], indexes: ["*"], expiresAt: soon });
    const { node, direct } = await newServer();
    const later = { ...cluster, clock: { ...cluster.clock, now: () => Date.now() + 5000 } };
    await prepareNode(later, node, { signal, withoutKeys: [keyUid] });
    const uids = (await direct.getKeys({ limit: 100 })).results.map(({ uid }) => uid);
    expect(uids).not.toContain(keyUid);
    expect(uids).not.toContain(brief.uid);
  });

  it("refuses a server with documents, and changes nothing there", async () => {
    const { cluster } = await furnished();
    const { node, direct } = await newServer();
    await direct.createIndex("logs", { primaryKey: "id" }).waitTask();
    await direct
      .index("logs")
      .addDocuments([{ id: 1 }])
      .waitTask();
    await expect(prepareNode(cluster, node, { signal })).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringMatching(/^Node `new` .* has 1 documents in index `logs`/),
    });
    expect((await direct.getRawIndexes()).results.map(({ uid }) => uid)).toEqual(["logs"]);
  });

  it("refuses a node of another cluster, and another node of this one", async () => {
    const { cluster } = await furnished();
    const { node } = await newServer();
    await prepareNode(cluster, node, { signal });
    const stranger = { ...cluster, topology: { ...cluster.topology, clusterId: "another" } };
    await expect(prepareNode(stranger, node, { signal })).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining("belongs to another cluster (`moving`)"),
    });
    await expect(prepareNode(cluster, { ...node, id: "newer" }, { signal })).rejects.toThrow(
      "is node `new` of this cluster",
    );
  });

  it("refuses a server with another master key, or with none", async () => {
    const { cluster } = await furnished();
    const other = await newServer({ masterKey: "another-master-key" });
    await expect(prepareNode(cluster, other.node, { signal })).rejects.toThrow("refuses the operator's key");
    const open = await newServer({}, "open");
    await expect(prepareNode(cluster, open.node, { signal })).rejects.toThrow("Some servers have a master key");
  });

  it("refuses a server of another version", async () => {
    const { cluster } = await furnished();
    const server = createServer((_, response) => response.end(JSON.stringify({ pkgVersion: "1.51.0" })));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const node = { id: "new", url: `http://127.0.0.1:${port}`, group: "default", weight: 1 };
    await expect(prepareNode(cluster, node, { signal })).rejects.toThrow(
      "runs Meilisearch 1.51.0, and the cluster 1.50.0",
    );
  });
});
