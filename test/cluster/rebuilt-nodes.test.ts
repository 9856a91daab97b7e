import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { MiroirClient, metaOf, type StaticClusterConfig } from "../../src/index.ts";
import { repairCluster } from "../../src/jobs/index.ts";
import { embeddedLaunch } from "../../src/testing/test-cluster/embedded-launch.ts";
import { processNodes } from "../../src/testing/test-cluster/process-nodes.ts";
import type { TestNode } from "../../src/testing/test-cluster/test-cluster.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));
const IMPATIENT = { attemptTimeoutMs: 400, writeTimeoutMs: 600 };

interface Setting {
  readonly nodes: readonly TestNode[];
  readonly directs: readonly Meilisearch[];
  /** The files that the nodes keep their data in. */
  readonly journals: readonly string[];
  readonly config: StaticClusterConfig;
  connect(): MiroirClient;
}

/** Three nodes in processes of their own, with sixty documents on two of them each. */
async function setUp(): Promise<Setting> {
  const journals: string[] = [];
  const plan: typeof embeddedLaunch = (place) => {
    journals.push(join(place.directory, "journal.ndjson"));
    return embeddedLaunch(place);
  };
  const { nodes, close } = await processNodes({ plan, describe: () => "" }, { count: 3, masterKey: MASTER_KEY });
  onTestFinished(close);
  const config: StaticClusterConfig = {
    nodes: nodes.map(({ id, url }) => ({ id, url })),
    ...{ replicationFactor: 2, shards: 16, apiKey: MASTER_KEY, ...IMPATIENT },
    defaultWaitOptions: { timeout: 20_000, interval: 5 },
  };
  const connect = () => {
    const client = new MiroirClient(config);
    onTestFinished(() => client.close());
    return client;
  };
  const founder = connect();
  await founder.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
  await founder.index(UID).updateFilterableAttributes(["title"]).waitTask();
  await founder.close();
  const directs = nodes.map(({ url }) => new Meilisearch({ host: url, apiKey: MASTER_KEY }));
  return { nodes, directs, journals, config, connect };
}

async function nodesUsed(client: MiroirClient): Promise<Set<string>> {
  const used = new Set<string>();
  for (let round = 0; round < 24; round++) {
    const answer = await client
      .with({ preference: `${round}`, partial: false })
      .index(UID)
      .search("", { limit: 100 });
    expect(answer.hits).toHaveLength(60);
    for (const node of metaOf(answer)?.nodes ?? []) used.add(node);
  }
  return used;
}

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error("nothing there");
  return item;
};

describe("a node whose process comes back without its data", () => {
  it("is not read by anybody, and is read again once it was rebuilt", async () => {
    const { nodes, directs, journals, config, connect } = await setUp();
    await first(nodes).kill();
    await rm(first(journals));
    await first(nodes).restart();
    expect(await nodesUsed(connect())).toEqual(new Set(["node-2", "node-3"]));
    const watching = connect();
    await watching.getIndexes();
    expect(await repairCluster(config, { rebuild: "node-1" })).toEqual([]);
    expect(await first(directs).index(UID).getFilterableAttributes()).toContainEqual("title");
    await eventually(async () => expect(await nodesUsed(watching)).toContain("node-1"), 20_000);
    expect(await nodesUsed(connect())).toContain("node-1");
  }, 60_000);
});

describe("a node whose process comes back with an older state", () => {
  it("is not read by a process that never met it, loses what was deleted since, and is read once it was rebuilt", async () => {
    const { nodes, directs, journals, config, connect } = await setUp();
    const copy = `${first(journals)}.copy`;
    await copyFile(first(journals), copy);
    const writer = connect();
    await writer.index(UID).deleteDocuments({ filter: "title = 'Movie 7'" }).waitTask();
    await writer
      .index(UID)
      .addDocuments([{ id: 1000, title: "Movie 1000" }])
      .waitTask();
    const key = await writer.createKey({ actions: ["search"], indexes: ["*"], expiresAt: null });
    await writer.close(); // says what it saw
    await first(nodes).kill();
    await copyFile(copy, first(journals));
    await first(nodes).restart();
    const fresh = connect();
    expect(await nodesUsed(fresh)).toEqual(new Set(["node-2", "node-3"]));
    expect(await repairCluster(config, { rebuild: "node-1" })).toEqual([]);
    await eventually(async () => expect(await nodesUsed(fresh)).toContain("node-1"), 20_000);
    expect((await first(directs).getKey(key.uid)).actions).toEqual(["search"]);
    for (let round = 0; round < 12; round++) {
      const { hits } = await fresh
        .with({ preference: `${round}` })
        .index(UID)
        .search("", { limit: 100 });
      expect(hits.some(({ id }) => id === 7)).toBe(false);
      expect(hits.some(({ id }) => id === 1000)).toBe(true);
    }
  }, 60_000);

  it("is not rebuilt when nobody else has what it had", async () => {
    const { config } = await setUp();
    const alone = { ...config, replicationFactor: 2 };
    await expect(repairCluster(alone, { rebuild: "node-9" })).rejects.toMatchObject({
      code: "miroir_invalid_config",
      message: expect.stringContaining("node-1, node-2, node-3"),
    });
  });
});
