import type { WriteConsistency } from "../cluster/quorum.ts";
import type { Topology } from "../cluster/topology.ts";
import type { EventBus } from "../core/events.ts";
import type { NodeInfo } from "../core/types.ts";
import type { AppliedSettings } from "../execute/applied-settings.ts";
import type { CatchUp } from "../execute/catch-up/catch-up.ts";
import type { DebtBook } from "../execute/debt-book.ts";
import type { HealthMonitor } from "../execute/health-monitor.ts";
import type { IndexRegistry } from "../execute/index-registry.ts";
import type { Lanes } from "../execute/lane.ts";
import type { MissedBook } from "../execute/missed-book.ts";
import type { Operator } from "../execute/operator.ts";
import type { Repairer } from "../execute/repair/repairer.ts";
import type { RuleBook } from "../execute/rule-book.ts";
import type { SharedRecords } from "../execute/shared-records.ts";
import type { TaskHighWater } from "../execute/task-high-water.ts";
import type { ClusterView } from "../execute/view/cluster-view.ts";
import type { Operation } from "../execute/view/operation.ts";
import type { Hasher } from "../routing/shard.ts";
import type { HybridClock } from "../routing/stamp.ts";
import type { TenantAffinity } from "../routing/tenant-affinity.ts";
import type { Fleet } from "../select/fleet.ts";
import type { Hedging } from "../select/hedging.ts";
import type { LearnedWidening } from "../select/learned-widening.ts";
import type { ReplicaSelector } from "../select/strategy.ts";
import type { ReadYourWrites } from "../tasks/own-writes/read-your-writes.ts";
import type { TaskUids } from "../tasks/task-uid.ts";
import type { TaskTracker } from "../tasks/tracker.ts";
import type { Transport } from "../transport/transport.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import type { SessionCall } from "./own-writes/own-read.ts";
import type { SharedSearches } from "./search/shared-searches.ts";

/** Limits and defaults of a cluster's calls. */
export interface ClusterOptions {
  /** Budget of one read, whatever is retried, in milliseconds. */
  readonly readTimeoutMs: number;
  /** Budget of one write, waiting for its turn included, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** Longest wait for one node while another replica could answer, in milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Largest body sent to a node, in bytes. */
  readonly payloadLimitBytes: number;
  readonly writeConsistency: WriteConsistency;
  /** How long reads go on while the state store does not answer, in milliseconds. */
  readonly maxViewAgeMs: number;
  /** Most ids that a filter may pin for its read to go only to the shards that can hold them; 0 asks all shards always. */
  readonly narrowingLimit: number;
  /** Whether nodes are asked for fewer hits than the page could need, and once more where that was too little. */
  readonly adaptiveLimits: boolean;
  /** Uids of indexes that are created with all documents on every node. */
  readonly replicateEverywhere?: readonly string[];
  /** Reads under way from this process to one node, at most. */
  readonly maxInFlightPerNode: number;
  readonly tenants?: TenantAffinity | undefined;
}

/** What a single call may choose for itself; see `client.with()`. */
export interface CallOptions {
  /**
   * Calls with one preference are answered by the same replicas as long as they are healthy, which keeps pages stable; no
   * other replica is asked beside a slow one (hedged).
   */
  readonly preference?: string;
  /** Who is served: decides which replica group answers, as `tenants` of the configuration says. Reads only. */
  readonly tenant?: string;
  /**
   * Whether an answer may leave out shards that no node can answer for. `true` for searches (the metadata says what is
   * missing), `false` for everything else: `miroir_shard_unavailable`.
   */
  readonly partial?: boolean;
  /** Reads see the writes that were made through the same session, whatever replica answers; see `client.session()`. */
  readonly session?: ReadYourWrites;
  /** Lowest version of the settings that the nodes asked must have applied; see `metaOf(answer).settingsVersion`. */
  readonly settingsVersion?: number;
  /** How many replicas must acknowledge this write. @default the client's `writeConsistency` */
  readonly consistency?: WriteConsistency;
  /**
   * Budget of this call in milliseconds. More than the client's `writeTimeoutMs` lets a write wait longer for its turn; its
   * requests to nodes end after `writeTimeoutMs` all the same. @default the client's `readTimeoutMs` or `writeTimeoutMs`
   */
  readonly timeoutMs?: number;
}

/** Everything the route handlers work with, once the cluster has been met. */
export interface Cluster {
  /** The topology that the call works under, with its nodes. */
  readonly topology: Topology;
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
  /** The call, as those see it who wait to change the topology. */
  readonly operation: Operation;
  /** What the call's session wrote; absent for a call without one. */
  readonly ownWrites?: SessionCall;
  readonly view: ClusterView;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly random: Random;
  readonly transport: Transport;
  readonly operator: Operator;
  readonly health: HealthMonitor;
  /** How fast and how busy the nodes are. */
  readonly fleet: Fleet;
  readonly selector: ReplicaSelector;
  /** Absent when slow nodes are waited for. */
  readonly hedging: Hedging | undefined;
  /** What all processes share. */
  readonly records: SharedRecords;
  /** What was seen of the nodes. */
  readonly highWater: TaskHighWater;
  readonly registry: IndexRegistry;
  /** The dynamic search rules. */
  readonly rules: RuleBook;
  readonly debts: DebtBook;
  /** Which settings the nodes have applied. */
  readonly applied: AppliedSettings;
  /** What nodes missed of administrative changes. */
  readonly missed: MissedBook;
  /** Gives nodes what they missed, in the background. */
  readonly catchUp: Pick<CatchUp, "close">;
  /** Pays debts in the background. */
  readonly repairer: Pick<Repairer, "close" | "rounds">;
  /** Orders the writes of one node and index. */
  readonly lanes: Lanes;
  /** Orders the preparation of the writes of one index, so that they reach the lanes in call order. */
  readonly intake: Lanes;
  readonly tasks: TaskTracker;
  readonly taskUids: TaskUids;
  readonly stamps: HybridClock;
  /** By how much more than chance explains nodes must be asked for. */
  readonly widening: LearnedWidening;
  /** Absent when every search asks the nodes by itself. */
  readonly sharedSearches: SharedSearches | undefined;
  readonly options: ClusterOptions;
}

/** A cluster as it is configured, which nobody has met: enough for what takes no key. Whoever is given it closes it. */
export type ConfiguredCluster = Pick<Cluster, "topology" | "clock" | "transport" | "options">;
