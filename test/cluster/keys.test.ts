import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { metaOf } from "../../src/index.ts";
import { createEmbeddedNode, type EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { clientsOver, configOf, MASTER_KEY, startCluster, startNodes } from "../support/cluster.ts";
import { embedded } from "../support/environment.ts";
import { keyScenarios } from "../support/scenarios/keys.ts";

keyScenarios(embedded);

const KEY = { actions: ["search"], indexes: ["*"], expiresAt: null };

describe("a change of keys while a node is in trouble", () => {
  it("is made on the others while the node is down, which is not asked for keys before it has it", async () => {
    const { client, nodes, directs } = await startCluster({ settings: { attemptTimeoutMs: 800 } });
    await client.health();
    await nodes[2]?.crash({ keepData: true });
    const { uid } = await client.createKey(KEY);
    await expect(client.createKey({ ...KEY, uid })).rejects.toMatchObject({
      cause: { code: "api_key_already_exists" },
    });
    expect((await directs[0]?.getKeys())?.results).toHaveLength(5);
    await nodes[2]?.restart();
    expect((await client.getKeys()).results.map((key) => key.uid)).toContain(uid);
    expect(metaOf(await client.getKeys())).toMatchObject({ degraded: true, nodes: ["node-0", "node-1"] });
    await expect(directs[2]?.getKey(uid)).rejects.toMatchObject({ cause: { code: "api_key_not_found" } });
  });

  it("says which nodes did it when one refuses it, and is finished by the call that it names", async () => {
    const { client, nodes, directs } = await startCluster();
    await client.health();
    nodes[2]?.faults.set({ status: 403, times: 1, match: ({ path, method }) => method === "POST" && path === "/keys" });
    const error: unknown = await client.createKey(KEY).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "miroir_no_quorum",
      message: expect.stringContaining("Only `node-0`, `node-1`"),
    });
    const uid = /`uid` `([^`]+)`/.exec(String(error))?.[1] ?? "";
    await client.createKey({ ...KEY, uid });
    for (const direct of directs) expect((await direct.getKey(uid)).actions).toEqual(["search"]);
  });
});

/** Starts nodes without a master key, ended when the test ends. */
async function startOpenNodes(count: number): Promise<EmbeddedNode[]> {
  const nodes = await Promise.all(Array.from({ length: count }, () => createEmbeddedNode({})));
  onTestFinished(async () => {
    await Promise.all(nodes.map((node) => node.close()));
  });
  return nodes;
}

describe("servers that do not share one master key", () => {
  it("are refused when some have none, naming those", async () => {
    const guarded = await startNodes(2);
    const open = await startOpenNodes(1);
    const { client } = clientsOver(configOf([...guarded, ...open].map(({ url }) => url)));
    await expect(client.getKeys()).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringContaining("not node `node-2`"),
    });
  });

  it("are refused when one has another, naming it", async () => {
    const same = await startNodes(2);
    const [other] = await startNodes(1, { masterKey: "anotherMasterKey" });
    const { client } = clientsOver(configOf([...same, ...(other ? [other] : [])].map(({ url }) => url)));
    await expect(client.getKeys()).rejects.toMatchObject({
      cause: { code: "invalid_api_key" },
      message: expect.stringContaining("node `node-2`"),
    });
  });

  it("have no keys when none has one, in the server's words", async () => {
    const nodes = await startOpenNodes(3);
    const { client } = clientsOver(configOf(nodes.map(({ url }) => url)));
    const direct = new Meilisearch({ host: nodes[0]?.url ?? "", apiKey: MASTER_KEY });
    const { cause } = (await direct.getKeys().catch((reason: unknown) => reason)) as Error;
    expect(cause).toMatchObject({ code: "missing_master_key" });
    await expect(client.getKeys()).rejects.toMatchObject({ cause });
    await expect(client.createKey(KEY)).rejects.toMatchObject({ cause });
  });
});
