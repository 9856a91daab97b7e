import { onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology, type Topology } from "../../src/cluster/topology.ts";
import { putIntoStore, topologyInStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, openStore, type StateStore, type TopologyClusterConfig } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import {
  createEmbeddedNode,
  type EmbeddedNode,
  type EmbeddedNodeOptions,
} from "../../src/testing/embedded-node/index.ts";
import { MASTER_KEY, startNodes } from "./cluster.ts";
import { fileAddress } from "./store-address.ts";

/** What a {@link JobCluster} looks like. */
export interface JobShape {
  /** Servers of the cluster. @default 3 */
  readonly nodes?: number;
  /** Servers beside it. @default 1 */
  readonly spares?: number;
  /** @default 2 */
  readonly replicationFactor?: number;
  /** @default 16 */
  readonly shards?: number;
  /** The nodes are dealt out to so many groups. @default 1 */
  readonly groups?: number;
  /** Whether other processes of this machine can open the store. @default false */
  readonly isShared?: boolean;
  /** Whether the servers have a master key. @default true */
  readonly isGuarded?: boolean;
  /** How long each task is at work on a server, in milliseconds. @default 0 */
  readonly taskDelayMs?: number;
}

/** A cluster whose state a store holds, as processes that share it see it. */
export interface SharedCluster {
  /** For jobs, and clients. */
  readonly config: TopologyClusterConfig;
  /** Another process; closed with the test. */
  connect(settings?: Partial<TopologyClusterConfig>): MiroirClient;
  topology(): Promise<Topology>;
}

/** One whose servers are in this process. */
export interface JobCluster extends SharedCluster {
  readonly store: StateStore;
  readonly nodes: readonly EmbeddedNode[];
  /** Servers that may join. */
  readonly spares: readonly EmbeddedNode[];
  /** Documents that a server holds of an index, whoever owns them. */
  countOn(node: EmbeddedNode, uid: string): Promise<number>;
}

/** Founds a cluster in a memory store. */
export async function startJobCluster(shape: JobShape = {}): Promise<JobCluster> {
  const { nodes: count = 3, spares: spareCount = 1, groups = 1, replicationFactor = 2, shards = 16 } = shape;
  const masterKey = shape.isGuarded === false ? undefined : MASTER_KEY;
  const { taskDelayMs = 0 } = shape;
  const all = await (masterKey === undefined ? startOpenNodes : startNodes)(count + spareCount, { taskDelayMs });
  const nodes = all.slice(0, count);
  const members = nodes.map(({ url }, position) => ({
    id: `node-${position}`,
    url,
    group: `group-${position % groups}`,
  }));
  const config = { nodes: members, shards, replicationFactor };
  const open = shape.isShared === true ? await sharedStore() : privateStore();
  const store = await open();
  await putIntoStore(
    store,
    buildTopology({ ...toClusterConfig(config), clusterId: "cluster" }, await loadHasher()),
    [],
  );
  const settings = {
    ...(masterKey === undefined ? {} : { apiKey: masterKey }),
    ...{ attemptTimeoutMs: 800, writeTimeoutMs: 3000, defaultWaitOptions: { interval: 5 } },
  };
  return {
    ...{
      store,
      nodes,
      spares: all.slice(count),
      config: { topology: shape.isShared === true ? store.address : await open(), ...settings },
    },
    connect(own = {}) {
      const client = new MiroirClient({ topology: store, ...settings, ...own });
      onTestFinished(() => client.close());
      return client;
    },
    topology: () => topologyInStore(store),
    async countOn({ url }, uid) {
      const headers = { authorization: `Bearer ${masterKey ?? ""}` };
      const response = await fetch(`${url}/indexes/${uid}/stats`, { headers });
      return response.status === 404 ? 0 : ((await response.json()) as { numberOfDocuments: number }).numberOfDocuments;
    },
  };
}

async function startOpenNodes(count: number, options: EmbeddedNodeOptions): Promise<EmbeddedNode[]> {
  const nodes = await Promise.all(Array.from({ length: count }, () => createEmbeddedNode(options)));
  onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
  return nodes;
}

function privateStore(): () => Promise<StateStore> {
  const memory = memoryStore();
  return async () => closedWithTest(memory.open());
}

async function sharedStore(): Promise<() => Promise<StateStore>> {
  const address = await fileAddress();
  return async () => closedWithTest(await openStore(address));
}

function closedWithTest(store: StateStore): StateStore {
  onTestFinished(() => store.close());
  return store;
}
