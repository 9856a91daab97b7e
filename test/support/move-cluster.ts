import { Meilisearch } from "meilisearch";
import { onTestFinished } from "vitest";
import { ClusterSession } from "../../src/client/session.ts";
import { buildTopology, type ReplicaGroup, type Topology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { type ClusterSettings, MiroirClient } from "../../src/index.ts";
import type { MoveOrder } from "../../src/jobs/move/shard-move.ts";
import type { Cluster } from "../../src/routes/cluster.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { memoryStore } from "../../src/store/local/memory-store.ts";
import { MASTER_KEY, startNodes } from "./cluster.ts";

/** A cluster in a store, with nodes that have joined and hold nothing yet. */
export interface MoveCluster {
  readonly client: MiroirClient;
  /** As a job has it. */
  readonly cluster: Cluster;
  /** The official client for each node, by id; the joining ones come last. */
  readonly directs: ReadonlyMap<string, Meilisearch>;
  /** Ids of the joining nodes. */
  readonly joining: readonly string[];
  /** Copies of these shards for the joining nodes. */
  order(shards: readonly number[]): MoveOrder;
  connect(settings?: ClusterSettings): MiroirClient;
}

/** What a {@link MoveCluster} looks like. */
export interface MoveShape {
  readonly owners?: number;
  readonly joining?: number;
  readonly replicationFactor?: number;
  readonly settings?: ClusterSettings;
  /** How long tasks stay in `processing`, in milliseconds. @default 0 */
  readonly taskDelayMs?: number;
  /** Addresses of servers to use in the place of embedded nodes. */
  readonly urls?: readonly string[];
}

/** Starts nodes, those that join included, and puts them into a store. */
export async function startMoveCluster(shape: MoveShape = {}): Promise<MoveCluster> {
  const { owners = 3, joining: joiningCount = 1, replicationFactor = 2, settings = {}, taskDelayMs = 0 } = shape;
  const urls = shape.urls ?? (await startNodes(owners + joiningCount, { taskDelayMs })).map(({ url }) => url);
  const all = urls.map((url, position) => ({ id: `node-${position}`, url, group: "default", weight: 1 }));
  const joining = all.slice(owners).map(({ id }) => id);
  const first = { nodes: all.slice(0, owners), replicationFactor, shards: 16, clusterId: "moving" };
  const topology: Topology = { ...buildTopology(first, await loadHasher()), nodes: all, joining };
  const store = memoryStore().open();
  await putIntoStore(store, topology, []);
  const config = { topology: store, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 }, repair: false };
  const session = new ClusterSession({ ...config, ...settings });
  onTestFinished(() => session.close());
  const connect = (own: ClusterSettings = {}) => {
    const client = new MiroirClient({ ...config, ...settings, ...own });
    onTestFinished(() => client.close());
    return client;
  };
  const direct = (host: string) => new Meilisearch({ host, apiKey: MASTER_KEY, defaultWaitOptions: { interval: 5 } });
  const client = connect();
  await client.health();
  return {
    ...{ client, connect, joining, directs: new Map(all.map(({ id, url }) => [id, direct(url)])) },
    cluster: await session.cluster(),
    order: (shards) => ({
      shards: shards.map((shard) => ({ shard, from: ownersOf(topology.groups, shard), to: joining })),
      everywhere: { from: all.slice(0, owners).map(({ id }) => id), to: joining },
    }),
  };
}

function ownersOf(groups: readonly ReplicaGroup[], shard: number): string[] {
  return groups.flatMap(({ table }) => table[shard] ?? []);
}
