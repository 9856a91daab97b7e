import type { IndexRow } from "../../src/cluster/registry.ts";
import { defaultSettings } from "../../src/cluster/settings/default-settings.ts";
import type { Topology } from "../../src/cluster/topology.ts";
import { EventBus } from "../../src/core/events.ts";
import { AppliedSettings } from "../../src/execute/applied-settings.ts";
import { DebtBook } from "../../src/execute/debt-book.ts";
import { HealthMonitor } from "../../src/execute/health-monitor.ts";
import { IndexRegistry } from "../../src/execute/index-registry.ts";
import { Lanes } from "../../src/execute/lane.ts";
import { MissedBook } from "../../src/execute/missed-book.ts";
import { NodeRecords } from "../../src/execute/node-records.ts";
import { Operator } from "../../src/execute/operator.ts";
import { RuleBook } from "../../src/execute/rule-book.ts";
import { STATE_INDEX } from "../../src/execute/state-index.ts";
import { StoreRecords } from "../../src/execute/store-records.ts";
import { TaskHighWater } from "../../src/execute/task-high-water.ts";
import { fixedView } from "../../src/execute/view/cluster-view.ts";
import type { Cluster } from "../../src/routes/cluster.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { HybridClock } from "../../src/routing/stamp.ts";
import { Fleet } from "../../src/select/fleet.ts";
import { NodeHealth } from "../../src/select/health.ts";
import { LearnedWidening } from "../../src/select/learned-widening.ts";
import { ReplicaSelector } from "../../src/select/strategy.ts";
import type { StateStore } from "../../src/store/state-store.ts";
import { TaskUids } from "../../src/tasks/task-uid.ts";
import { TaskTracker } from "../../src/tasks/tracker.ts";
import type { NodeRequest } from "../../src/transport/transport.ts";
import { systemRandom } from "../../src/util/random.ts";
import { FakeClock } from "./fake-clock.ts";
import { answer, MemoryTransport, memoryNode, type Script } from "./memory-transport.ts";

/** What a cluster in memory looks like; shards and documents live as the table says. */
export interface MemoryClusterShape {
  /** Node ids of each shard; sixteen rows, or fewer that are repeated. */
  readonly table: readonly (readonly string[])[];
  /** A second replica group. */
  readonly secondTable?: readonly (readonly string[])[];
  readonly options?: Partial<Cluster["options"]>;
  /** Where the records are. @default on the nodes */
  readonly store?: StateStore;
}

/** A cluster whose nodes are a script; nothing waits but for the clock. */
export interface MemoryCluster {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
  readonly transport: MemoryTransport;
}

const SHARDS = 16;

/** Puts a cluster together over a script; writes to the state index are answered unless the script does. */
export async function memoryCluster(script: Script, shape: MemoryClusterShape): Promise<MemoryCluster> {
  const clock = new FakeClock();
  const transport = new MemoryTransport(script);
  const topology = topologyOf(shape);
  const view = fixedView(topology, clock);
  const { live } = view;
  const operator = new Operator({ transport, clock, authorization: "Bearer operator" });
  const probe = () => Promise.reject(new Error("still down"));
  const health = new HealthMonitor({ health: new NodeHealth(), clock, live, patienceMs: 1000, probe });
  const isSuspect = (node: string) => health.isSuspect(node);
  const fleet = new Fleet();
  const selector = new ReplicaSelector({ fleet, strategy: "adaptive", zone: undefined, random: () => Math.random() });
  const { store } = shape;
  const onNodes = new NodeRecords({ operator, live, isSuspect });
  const shared = store === undefined ? onNodes : new StoreRecords(store, { clock, random: systemRandom });
  const highWater = new TaskHighWater();
  const debts = new DebtBook(shared, systemRandom);
  const missed = new MissedBook(shared, systemRandom);
  const stamps = new HybridClock({ now: () => clock.now(), writer: 1 });
  const learn: DebtBook["load"] = (records) => debts.load(records);
  const cluster: Cluster = {
    random: systemRandom,
    events: new EventBus(),
    ...{
      ...live.snapshot,
      view,
      operation: view.begin(),
      hasher: await loadHasher(),
      clock,
      transport,
      operator,
      health,
      fleet,
      selector,
      hedging: undefined,
      debts,
      missed,
      records: shared,
      applied: new AppliedSettings(operator),
      highWater,
      stamps,
    },
    registry: new IndexRegistry({ records: shared, clock, operator, maxAgeMs: 2000, learn, stamps }),
    rules: new RuleBook({ records: shared, stamps }),
    lanes: new Lanes(),
    repairer: { close: async () => undefined, rounds: 0 },
    catchUp: { close: async () => undefined },
    intake: new Lanes(),
    widening: new LearnedWidening(),
    sharedSearches: undefined,
    tasks: new TaskTracker({
      ...{ operator, clock, isSuspect, highWater, timeoutMs: 1000, sweepMs: 1000, keep: 100 },
      observe: (node, outcome) => health.observe(node, outcome),
      probe: () => health.refresh(),
    }),
    taskUids: new TaskUids({ now: () => clock.now(), writer: 1 }),
    options: {
      readTimeoutMs: 5000,
      writeTimeoutMs: 10_000,
      attemptTimeoutMs: 1000,
      payloadLimitBytes: 1_000_000,
      writeConsistency: "quorum",
      maxViewAgeMs: 300_000,
      maxInFlightPerNode: 1000,
      narrowingLimit: 128,
      adaptiveLimits: true,
      ...shape.options,
    },
  };
  return { cluster, clock, transport };
}

function topologyOf({ table, secondTable }: MemoryClusterShape): Topology {
  const groups = [
    { name: "g1", table: fill(table) },
    ...(secondTable === undefined ? [] : [{ name: "g2", table: fill(secondTable) }]),
  ];
  const nodes = groups.flatMap(({ name, table: rows }) =>
    [...new Set(rows.flat())].sort().map((id) => memoryNode(id, name)),
  );
  const replicationFactor = table[0]?.length ?? 1;
  return { version: 1, clusterId: "c", epoch: 1, shards: SHARDS, replicationFactor, nodes, groups };
}

function fill(table: readonly (readonly string[])[]): string[][] {
  return Array.from({ length: SHARDS }, (_, shard) => [...(table[shard % table.length] ?? [])]);
}

/** Whether a request is one of miroir's own to the hidden index. */
export function isStateRequest({ path }: NodeRequest): boolean {
  return path.startsWith(`indexes/${STATE_INDEX}`);
}

/** Nodes that enqueue whatever they are sent, numbering their tasks from 1. */
export function enqueueing(
  exception: (request: NodeRequest) => ReturnType<Script> | undefined = () => undefined,
): Script {
  const uids = new Map<string, number>();
  return (request) => {
    const reaction = exception(request);
    if (reaction !== undefined) return reaction;
    const taskUid = (uids.get(request.node.id) ?? 0) + 1;
    uids.set(request.node.id, taskUid);
    return answer(202, { taskUid });
  };
}

/** The row of an index with default settings. */
export function rowOf(uid: string, more: Partial<IndexRow> = {}): IndexRow {
  const stamp = new HybridClock({ now: () => 1, writer: 0 }).next(false);
  const fixed = { primaryKey: "id", generation: 1, settings: defaultSettings, settingsVersion: 1 };
  return { uid, ...fixed, createdAt: "2026-01-01T00:00:00.000Z", stamp, deleted: false, ...more };
}
