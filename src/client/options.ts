import type { Config } from "meilisearch";
import { type ClusterConfig, checkClusterConfig, type NodeConfig } from "../cluster/cluster-config.ts";
import type { WriteConsistency } from "../cluster/quorum.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterOptions } from "../routes/cluster.ts";
import type { TenantAffinity } from "../routing/tenant-affinity.ts";
import type { HedgingOptions } from "../select/hedging.ts";
import type { OwnStrategy, StrategyName } from "../select/strategy.ts";
import type { StateStore } from "../store/state-store.ts";

/** What both kinds of cluster configuration share; the rest is the official client's own. */
export interface ClusterSettings extends Omit<Config, "host"> {
  /**
   * Key for miroir's own calls (marker, registry, settings, tasks): the master key, or one that may do everything. A
   * client that only searches does with a key that may search the index `miroir__state`, as a search key for all may.
   * @default `apiKey`
   */
  readonly operatorKey?: string;
  /** Replicas that must acknowledge a write. @default "quorum" */
  readonly writeConsistency?: WriteConsistency;
  /** Budget of one read in milliseconds, whatever is retried. @default 10000 */
  readonly readTimeoutMs?: number;
  /** Budget of one write in milliseconds, waiting for its turn included. @default 30000 */
  readonly writeTimeoutMs?: number;
  /** Longest wait for one node while another replica could answer, in milliseconds. @default 2000 */
  readonly attemptTimeoutMs?: number;
  /** Largest body sent to a node, in bytes; the servers' own limit is 100 MB unless configured. @default 90000000 */
  readonly payloadLimitBytes?: number;
  /**
   * Whether this client copies what a replica missed to it, in the background, once it answers again. Writes in flight
   * are given `writeTimeoutMs` to land before anything is copied, and again before a copy is believed. @default true
   */
  readonly repair?: boolean;
  /**
   * Indexes whose every document is on every node, decided when they are created: for small ones, and for what needs all
   * documents in one place, such as foreign keys. Any node answers, as one server would. @default none
   */
  readonly replicateEverywhere?: readonly string[];
  /**
   * How long reads go on with what this process knows while the state store does not answer, in milliseconds; their
   * answers are marked `stale`. @default 300000
   */
  readonly maxViewAgeMs?: number;
  /**
   * Most ids that a filter on the primary key may name for its read to go only to the shards that can hold them; 0 asks
   * all shards always. @default 128
   */
  readonly narrowingLimit?: number;
  /**
   * Whether each of several nodes is asked for only as many hits as its share of the page is likely to be, and once more
   * where that turns out to be too few. Answers are the same with `false`, which is for those who suspect that they are
   * not. @default true
   */
  readonly adaptiveLimits?: boolean;
  /**
   * Whether a search that equals one under way waits for that one's answer rather than ask the nodes again: same key,
   * headers, parameters and call options. It then knows what the nodes knew when the first began, but every task that
   * this client has seen end, and has what the first has left of its time. Not for searches of a session.
   * @default false
   */
  readonly coalesceSearches?: boolean;
  /** Connections kept to one node, at most. @default 64 */
  readonly connectionsPerNode?: number;
  /** Reads of this process under way to one node, at most; beyond, they fail at once with `miroir_overloaded`. @default 1000 */
  readonly maxInFlightPerNode?: number;
  /**
   * Which of several replicas is asked: those that answer quickest and have least to do (`adaptive`), in turn, at random,
   * the `nearest`, or as your function says. Calls with a `preference` do not ask it. @default "adaptive"
   */
  readonly replicaSelection?: StrategyName | OwnStrategy;
  /** Where this process runs; nodes of the same `zone` are asked rather. @default none */
  readonly zone?: string;
  /**
   * Whether other replicas are asked beside a node that takes longer than it nearly always does, and how often that may
   * be: `share` of requests (0.05), saved up to `burst` (10), not before `floorMs` (10). Reads only. @default as given here
   */
  readonly hedging?: false | HedgingOptions;
  /** Which replica groups answer for which tenants; see `client.with({ tenant })`. @default all for all */
  readonly tenants?: TenantAffinity;
  /** Time from which on a search is told of by the event `slow`, in milliseconds. @default never */
  readonly slowSearchMs?: number;
  /**
   * Whether slow searches and spans say which words were searched for. Filters, documents and keys are never told.
   * @default false
   */
  readonly captureQueries?: boolean;
}

/** A cluster written down in the application's configuration. */
export interface StaticClusterConfig extends ClusterSettings {
  /** The servers: addresses, or objects with `id`, `group` and `weight`. Ids decide placement and must never change. */
  readonly nodes: readonly (string | NodeConfig)[];
  /** Nodes that hold each shard, in every group. @default 2, or 1 with a single node */
  readonly replicationFactor?: number;
  /** A power of two from 16 to 4096, fixed when the cluster is founded. @default 64 */
  readonly shards?: number;
}

/** A cluster written down in a topology file or held by a state store. */
export interface TopologyClusterConfig extends ClusterSettings {
  /**
   * `file:./miroir.json`, a topology file or a store for the processes of one machine; `redis://`, `rediss://`,
   * `http://` or `https://` (`miroir store serve`), a store for all; or a store of your own.
   */
  readonly topology: string | StateStore;
}

/** The official configuration for one server, or a cluster. */
export type MiroirConfig = Config | StaticClusterConfig | TopologyClusterConfig;

/** Whether a configuration means many nodes. */
export function isCluster(config: MiroirConfig): config is StaticClusterConfig | TopologyClusterConfig {
  return "nodes" in config || "topology" in config;
}

const DEFAULTS: ClusterOptions = {
  readTimeoutMs: 10_000,
  writeTimeoutMs: 30_000,
  attemptTimeoutMs: 2_000,
  payloadLimitBytes: 90_000_000,
  writeConsistency: "quorum",
  maxViewAgeMs: 300_000,
  maxInFlightPerNode: 1000,
  narrowingLimit: 128,
  adaptiveLimits: true,
};

const DEFAULT_SHARDS = 64;

/** The options of a cluster with every default filled in. */
export function clusterOptions(config: ClusterSettings): ClusterOptions {
  return {
    readTimeoutMs: config.readTimeoutMs ?? DEFAULTS.readTimeoutMs,
    writeTimeoutMs: config.writeTimeoutMs ?? DEFAULTS.writeTimeoutMs,
    attemptTimeoutMs: config.attemptTimeoutMs ?? DEFAULTS.attemptTimeoutMs,
    payloadLimitBytes: config.payloadLimitBytes ?? DEFAULTS.payloadLimitBytes,
    writeConsistency: config.writeConsistency ?? DEFAULTS.writeConsistency,
    maxViewAgeMs: config.maxViewAgeMs ?? DEFAULTS.maxViewAgeMs,
    narrowingLimit: config.narrowingLimit ?? DEFAULTS.narrowingLimit,
    adaptiveLimits: config.adaptiveLimits ?? DEFAULTS.adaptiveLimits,
    replicateEverywhere: config.replicateEverywhere ?? [],
    maxInFlightPerNode: config.maxInFlightPerNode ?? DEFAULTS.maxInFlightPerNode,
    tenants: config.tenants,
  };
}

/** A static configuration as the topology is built from it. */
export function toClusterConfig(config: StaticClusterConfig): ClusterConfig {
  const nodes = config.nodes.map((node) => (typeof node === "string" ? { url: node } : node));
  return {
    clusterId: "",
    nodes,
    replicationFactor: config.replicationFactor ?? (nodes.length === 1 ? 1 : 2),
    shards: config.shards ?? DEFAULT_SHARDS,
  };
}

const CONSISTENCIES = new Set<unknown>(["one", "quorum", "all"]);

/**
 * Checks a cluster configuration when the client is constructed.
 * @throws MiroirError `miroir_invalid_config` naming field, value and remedy
 */
export function checkConfig(config: StaticClusterConfig | TopologyClusterConfig): void {
  for (const name of [
    "readTimeoutMs",
    "writeTimeoutMs",
    "attemptTimeoutMs",
    "payloadLimitBytes",
    "maxViewAgeMs",
    "connectionsPerNode",
    "maxInFlightPerNode",
    "slowSearchMs",
  ] as const) {
    const value = config[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) refuse(name, value, "Give a number above 0.");
  }
  const { writeConsistency = DEFAULTS.writeConsistency } = config;
  if (!CONSISTENCIES.has(writeConsistency))
    refuse("writeConsistency", writeConsistency, 'Give "one", "quorum" or "all".');
  const { narrowingLimit = DEFAULTS.narrowingLimit } = config;
  if (!(Number.isInteger(narrowingLimit) && narrowingLimit >= 0))
    refuse("narrowingLimit", narrowingLimit, "Give a whole number, or 0 to ask all shards always.");
  if (config.httpClient !== undefined)
    refuse(
      "httpClient",
      "given",
      "Leave it out: miroir sends the requests itself; headers are given in `requestInit`.",
    );
  const { replicateEverywhere = [] } = config;
  if (!Array.isArray(replicateEverywhere) || !replicateEverywhere.every((uid) => typeof uid === "string"))
    refuse("replicateEverywhere", replicateEverywhere, "Give a list of index uids.");
  checkSwitches(config);
  checkReading(config);
  if ("topology" in config) {
    const { topology } = config;
    if (typeof topology === "string" && !/^(file|rediss?|https?):/.test(topology))
      refuse("topology", topology, "Give `file:` and a path, or the address of a store: `redis://…` or `http://…`.");
    if ("nodes" in config) refuse("nodes", "given", "Give either `nodes` or `topology`, not both.");
    return;
  }
  if (!Array.isArray(config.nodes)) refuse("nodes", config.nodes, "Give a list of server addresses.");
  checkClusterConfig(toClusterConfig(config));
}

function checkSwitches(config: ClusterSettings): void {
  for (const name of ["adaptiveLimits", "coalesceSearches"] as const) {
    const value = config[name];
    if (value !== undefined && typeof value !== "boolean") refuse(name, value, "Give `true` or `false`.");
  }
}

const STRATEGIES = new Set<unknown>(["adaptive", "round-robin", "random", "nearest"]);
const OTHER_TENANTS = new Set<unknown>(["hash", "any", "reject"]);

/** Checks what decides which replicas are read. */
function checkReading({ replicaSelection = "adaptive", hedging, tenants, zone = "" }: ClusterSettings): void {
  if (typeof replicaSelection !== "function" && !STRATEGIES.has(replicaSelection))
    refuse("replicaSelection", replicaSelection, `Give one of ${[...STRATEGIES].join(", ")}, or a function.`);
  if (typeof zone !== "string") refuse("zone", zone, "Give a name, or leave it out.");
  if (hedging !== undefined && hedging !== false) checkHedging(hedging);
  if (tenants !== undefined) checkTenants(tenants);
}

function checkHedging(hedging: HedgingOptions): void {
  if (typeof hedging !== "object" || hedging === null) refuse("hedging", hedging, "Give `false` or an object.");
  const { share = 0, burst = 0, floorMs = 0 } = hedging;
  if (!(share >= 0 && share <= 1)) refuse("hedging.share", share, "Give a share of the requests, from 0 to 1.");
  if (!(burst >= 0 && Number.isFinite(burst))) refuse("hedging.burst", burst, "Give a number of requests.");
  if (!(floorMs >= 0 && Number.isFinite(floorMs))) refuse("hedging.floorMs", floorMs, "Give milliseconds.");
}

function checkTenants(tenants: TenantAffinity): void {
  if (typeof tenants !== "object" || tenants === null) refuse("tenants", tenants, "Give an object.");
  const { others = "hash", dedicated = [], groups = {} } = tenants;
  if (!OTHER_TENANTS.has(others)) refuse("tenants.others", others, 'Give "hash", "any" or "reject".');
  if (!Array.isArray(dedicated) || !dedicated.every((name) => typeof name === "string"))
    refuse("tenants.dedicated", dedicated, "Give a list of group names.");
  for (const [tenant, group] of Object.entries(groups)) {
    if (typeof group !== "string") refuse(`tenants.groups.${tenant}`, group, "Give the name of a group.");
  }
}

/** An address of a store may hold a password, which is not shown. */
function refuse(field: string, value: unknown, remedy: string): never {
  const shown = (JSON.stringify(value) ?? "missing").replace(/\/\/[^"]*@/g, "//***@");
  throw new MiroirError("miroir_invalid_config", `\`${field}\` is ${shown}. ${remedy}`);
}
