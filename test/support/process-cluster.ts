import process from "node:process";
import { onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore, topologyInStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, openStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { binaryLaunch } from "../../src/testing/test-cluster/binary-launch.ts";
import { embeddedLaunch } from "../../src/testing/test-cluster/embedded-launch.ts";
import { type LaunchPlan, processNodes } from "../../src/testing/test-cluster/process-nodes.ts";
import type { TestNode } from "../../src/testing/test-cluster/test-cluster.ts";
import { MASTER_KEY } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import type { SharedCluster } from "./job-cluster.ts";
import { hasRedis } from "./redis-server.ts";
import { fileAddress, redisAddress } from "./store-address.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** What a {@link ProcessCluster} looks like. */
export interface ProcessShape {
  /** Servers of the cluster. @default 3 */
  readonly nodes?: number;
  /** Servers beside it. @default 0 */
  readonly spares?: number;
  /** @default 16 */
  readonly shards?: number;
  /** Address of the store. @default a Redis of its own, or a file where there is no `redis-server` */
  readonly store?: string;
  /** How long a server leaves each task in its queue, in milliseconds; real ones take their own time. @default 0 */
  readonly taskDelayMs?: number;
}

/** A node that is a process, behind a port over which the network to it can be broken. */
export interface ChaosNode extends TestNode {
  readonly proxy: TcpProxy;
  /** Stops the process where it is: connections stay open and nothing answers. */
  pause(): void;
  /** Lets a paused process go on. */
  resume(): void;
  /** Lets it end by itself; resolves when it has. */
  terminate(): Promise<void>;
}

/** A cluster of processes, each shard on two of them, whose state a store holds. */
export interface ProcessCluster extends SharedCluster {
  /** Address of the store. */
  readonly store: string;
  readonly nodes: readonly ChaosNode[];
  /** Servers that may join. */
  readonly spares: readonly ChaosNode[];
}

/** Founds a cluster of processes, of real servers where `MEILISEARCH_BIN` names one; all of it ends with the test. */
export async function startProcessCluster(shape: ProcessShape = {}): Promise<ProcessCluster> {
  const { nodes: count = 3, spares: spareCount = 0, shards = 16, store: address = await ownStore() } = shape;
  const all = await startProcesses(count + spareCount, shape.taskDelayMs ?? 0);
  const nodes = all.slice(0, count);
  const layout = { nodes: nodes.map(({ id, url }) => ({ id, url })), shards, replicationFactor: 2 };
  const store = await openStore(address);
  onTestFinished(() => store.close());
  await putIntoStore(store, buildTopology({ ...toClusterConfig(layout), clusterId: "chaos" }, await loadHasher()), []);
  // Requests land within this time here, so debts are paid soon.
  const times = { attemptTimeoutMs: 800, writeTimeoutMs: 1000 };
  const defaultWaitOptions = { timeout: 20_000, interval: 10 };
  const config = { topology: address, apiKey: MASTER_KEY, ...times, defaultWaitOptions };
  return {
    ...{ store: address, nodes, spares: all.slice(count), config },
    connect(own = {}) {
      const client = new MiroirClient({ ...config, ...own });
      onTestFinished(() => client.close());
      return client;
    },
    topology: () => topologyInStore(store),
  };
}

/** A Redis where there is one: many who write at the same time wait long for the lock of a file. */
function ownStore(): Promise<string> {
  return hasRedis ? redisAddress() : fileAddress();
}

async function startProcesses(count: number, taskDelayMs: number): Promise<ChaosNode[]> {
  const embedded: LaunchPlan = (place) => {
    const launch = embeddedLaunch(place);
    return { ...launch, args: [...launch.args, "--task-delay-ms", `${taskDelayMs}`] };
  };
  const binary = process.env["MEILISEARCH_BIN"];
  const plan = binary === undefined ? embedded : binaryLaunch(binary);
  const { nodes, close } = await processNodes({ plan, describe: () => "" }, { count, masterKey: MASTER_KEY });
  onTestFinished(close);
  return Promise.all(nodes.map(toChaosNode));
}

async function toChaosNode(node: TestNode): Promise<ChaosNode> {
  const proxy = await startTcpProxy(Number(new URL(node.url).port));
  onTestFinished(() => proxy.close());
  const signal = (name: NodeJS.Signals) => {
    if (node.pid === undefined) throw new Error(`${node.id} does not run`);
    process.kill(node.pid, name);
  };
  return {
    ...{ id: node.id, url: `http://127.0.0.1:${proxy.port}`, proxy },
    get pid() {
      return node.pid;
    },
    kill: () => node.kill(),
    restart: () => node.restart(),
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async terminate() {
      signal("SIGTERM");
      await eventually(() => {
        if (node.pid !== undefined) throw new Error(`${node.id} runs yet`);
      });
    },
  };
}
