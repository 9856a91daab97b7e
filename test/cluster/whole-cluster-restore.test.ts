import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, openStore, type TopologyClusterConfig } from "../../src/index.ts";
import { verifyCluster, verifySettings } from "../../src/jobs/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { embeddedLaunch } from "../../src/testing/test-cluster/embedded-launch.ts";
import { processNodes } from "../../src/testing/test-cluster/process-nodes.ts";
import type { TestNode } from "../../src/testing/test-cluster/test-cluster.ts";
import { MASTER_KEY } from "../support/cluster.ts";

const UID = "movies";

interface Setting {
  readonly nodes: readonly TestNode[];
  /** The files of everything there is: the store's, then each node's. */
  readonly files: readonly string[];
  readonly config: TopologyClusterConfig;
}

/** Three nodes in processes of their own, and a store in a file. */
async function setUp(): Promise<Setting> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-restore-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const journals: string[] = [];
  const plan: typeof embeddedLaunch = (place) => {
    journals.push(join(place.directory, "journal.ndjson"));
    return embeddedLaunch(place);
  };
  const { nodes, close } = await processNodes({ plan, describe: () => "" }, { count: 3, masterKey: MASTER_KEY });
  onTestFinished(close);
  const state = join(folder, "state.json");
  const members = nodes.map(({ id, url }) => ({ id, url }));
  const config = toClusterConfig({ nodes: members, shards: 16, replicationFactor: 2 });
  const store = await openStore(`file:${state}`);
  await putIntoStore(store, buildTopology({ ...config, clusterId: "cluster" }, await loadHasher()), []);
  await store.close();
  const patience = { writeTimeoutMs: 3000, defaultWaitOptions: { timeout: 20_000, interval: 5 } };
  return {
    nodes,
    files: [state, ...journals],
    config: { topology: `file:${state}`, apiKey: MASTER_KEY, ...patience },
  };
}

/** Writes documents in a process that ends, so that what it saw of the nodes is written down. */
async function write({ config }: Setting, from: number): Promise<void> {
  await using client = new MiroirClient(config);
  const documents = Array.from({ length: 60 }, (_, id) => ({ id: from + id, title: `Movie ${from + id}` }));
  await client.index(UID).addDocuments(documents, { primaryKey: "id" }).waitTask();
}

const backUp = (files: readonly string[]) => Promise.all(files.map((file) => copyFile(file, `${file}.copy`)));

async function restore({ nodes, files }: Setting): Promise<void> {
  await Promise.all(nodes.map((node) => node.kill()));
  await Promise.all(files.map((file) => copyFile(`${file}.copy`, file)));
  await Promise.all(nodes.map((node) => node.restart()));
}

describe("a whole cluster that is restored", { timeout: 90_000 }, () => {
  it("is what it was, when the store was backed up before the nodes", async () => {
    const setting = await setUp();
    await write(setting, 0);
    const [state = "", ...journals] = setting.files;
    await backUp([state]);
    await backUp(journals);
    await write(setting, 1000);
    await restore(setting);
    expect(await verifyCluster(setting.config)).toMatchObject({ isSound: true });
    expect(await verifySettings(setting.config)).toMatchObject({ isSound: true });
    await write(setting, 2000);
    await using client = new MiroirClient(setting.config);
    const { hits } = await client.with({ partial: false }).index<{ id: number }>(UID).search("", { limit: 1000 });
    expect(hits.map(({ id }) => id).filter((id) => id < 1000)).toHaveLength(60);
    expect(hits.map(({ id }) => id).filter((id) => id >= 2000)).toHaveLength(60);
    expect(hits).toHaveLength(120);
  });

  it("is not read at all when the store was backed up after them, and saw what they do not have", async () => {
    const setting = await setUp();
    await write(setting, 0);
    const [state = "", ...journals] = setting.files;
    await backUp(journals);
    await write(setting, 1000);
    await backUp([state]);
    await restore(setting);
    await using client = new MiroirClient(setting.config);
    const search = client.with({ partial: false }).index(UID).search("");
    await expect(search).rejects.toMatchObject({ code: "miroir_shard_unavailable" });
  });
});
