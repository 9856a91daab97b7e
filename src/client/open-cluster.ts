import type { Topology } from "../cluster/topology.ts";
import type { EventBus } from "../core/events.ts";
import type { NodeInfo } from "../core/types.ts";
import { AppliedSettings } from "../execute/applied-settings.ts";
import { introduce } from "../execute/bootstrap.ts";
import { CatchUp } from "../execute/catch-up/catch-up.ts";
import { DebtBook } from "../execute/debt-book.ts";
import { HealthMonitor } from "../execute/health-monitor.ts";
import { verifyIdentity } from "../execute/identity.ts";
import { IndexRegistry } from "../execute/index-registry.ts";
import { Lanes } from "../execute/lane.ts";
import { MissedBook } from "../execute/missed-book.ts";
import { NodeRecords } from "../execute/node-records.ts";
import { Operator, type OperatorOptions } from "../execute/operator.ts";
import { Repairer } from "../execute/repair/repairer.ts";
import { RuleBook } from "../execute/rule-book.ts";
import { SeenWriter } from "../execute/seen-writer.ts";
import { requireSupportedServers } from "../execute/server-version.ts";
import { requireSharedMasterKey } from "../execute/shared-keys.ts";
import type { SharedRecords } from "../execute/shared-records.ts";
import { StoreRecords } from "../execute/store-records.ts";
import { TaskHighWater } from "../execute/task-high-water.ts";
import { type ClusterView, fixedView } from "../execute/view/cluster-view.ts";
import { isLaterEra } from "../execute/view/rolled-back.ts";
import { StoreView } from "../execute/view/store-view.ts";
import { watchedTransport } from "../execute/watched-transport.ts";
import { RULES_INDEX } from "../routes/align-rules.ts";
import type { Cluster, ConfiguredCluster } from "../routes/cluster.ts";
import { forgoSilent } from "../routes/forgo-silent.ts";
import { holdEveryShard } from "../routes/missing-nodes.ts";
import { callerHeaders } from "../routes/read.ts";
import { SharedSearches } from "../routes/search/shared-searches.ts";
import { wordLogically } from "../routes/wording.ts";
import { loadHasher } from "../routing/shard.ts";
import { HybridClock } from "../routing/stamp.ts";
import { Fleet } from "../select/fleet.ts";
import { NodeHealth } from "../select/health.ts";
import { Hedging } from "../select/hedging.ts";
import { LearnedWidening } from "../select/learned-widening.ts";
import { ReplicaSelector } from "../select/strategy.ts";
import { tasksOnNodes } from "../tasks/other-tasks.ts";
import { TaskUids, WRITER_SLOTS } from "../tasks/task-uid.ts";
import { TaskTracker } from "../tasks/tracker.ts";
import type { Random } from "../util/random.ts";
import { type ClusterSource, clusterSource } from "./cluster-source.ts";
import type { Environment } from "./environment.ts";
import type { Observers } from "./observers.ts";
import { clusterOptions, type StaticClusterConfig, type TopologyClusterConfig } from "./options.ts";
import { readCluster } from "./read-cluster.ts";
import { debtListeners, nodeListener, tellTopologies } from "./tell-events.ts";
import { toRequest } from "./to-request.ts";
import { watchSource } from "./watch-source.ts";

/** Age from which the registry's rows are read again in the background, in milliseconds. */
const REGISTRY_MAX_AGE_MS = 2000;

/** Pause between two rounds over the open tasks, in milliseconds. */
const SWEEP_MS = 1000;

/** Pause between two looks at debts that may be paid, in milliseconds. */
const REPAIR_ROUND_MS = 1000;

/** Pause between two notes in a store of the task numbers seen, in milliseconds. */
const SEEN_IN_STORE_MS = 3000;

/** The same where the nodes keep the notes, each of which is a task of theirs. */
const SEEN_ON_NODES_MS = 30_000;

/** Finished tasks kept in memory. */
const KEPT_TASKS = 10_000;

/** A cluster, before any call. */
export type MetCluster = Omit<Cluster, "topology" | "nodesById" | "operation">;

/** A cluster and the way to leave it. */
export interface OpenCluster {
  readonly cluster: MetCluster;
  close(): Promise<void>;
}

/** Connects everything: reads or builds the topology, meets the nodes, loads registry and debts. */
export async function openCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  environment: Environment,
  { events, telemetry }: Observers,
): Promise<OpenCluster> {
  const { clock, random } = environment;
  const hasher = await loadHasher();
  const source = watchSource(await clusterSource(config, { hasher, clock }), { metrics: telemetry.metrics, clock });
  const { nodes } = source.topology;
  const highWater = new TaskHighWater();
  const known = { clusterId: "" };
  const network = environment.transport({
    ...(config.connectionsPerNode === undefined ? {} : { connections: config.connectionsPerNode }),
    verify: (node) => verify(node),
  });
  const transport = watchedTransport(network, (start) => telemetry.nodes.begin(start));
  const operator = new Operator({ transport, clock, random, ...credentialsOf(config) });
  const verify = (node: NodeInfo) =>
    verifyIdentity(operator, node, { ...known, keeper: source.keeper, seen: highWater.seen(node.id) });
  try {
    await requireSupportedServers(operator, nodes);
    await requireSharedMasterKey(operator, nodes);
    const met = await introduce(operator, source);
    known.clusterId = met.topology.clusterId;
    const view = await openView(source, met.topology, { config, environment, events });
    tellTopologies(events, view.live);
    const inStore = source.store && new StoreRecords(source.store, environment, view.commits);
    const cluster = assemble({
      ...{ view, events, hasher, clock, random, transport, operator, highWater, verify, config, inStore },
    });
    readCluster(telemetry.metrics, cluster);
    for (const { node, reason } of [...met.absent, ...met.strangers]) cluster.health.distrust(node, reason);
    const records = inStore === undefined ? met.records : await inStore.readAll();
    const { registry, debts, rules, missed } = cluster;
    for (const shelf of [registry, debts, rules, missed, highWater]) shelf.load(records);
    const seenWriter = new SeenWriter({
      ...{ highWater, clock, records: cluster.records },
      everyMs: inStore === undefined ? SEEN_ON_NODES_MS : SEEN_IN_STORE_MS,
    });
    if (inStore !== undefined) {
      const refresh = () => void cluster.registry.refresh().catch(() => undefined); // it is read again when old
      view.whileUsed(() => inStore.watch(refresh));
    }
    return { cluster, close: () => close(cluster, { source, seenWriter }) };
  } catch (error) {
    await transport.close();
    await source.close();
    throw error;
  }
}

/** The cluster as it is configured, for what takes no key. */
export async function configuredCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  { clock, transport }: Environment,
): Promise<ConfiguredCluster> {
  const { topology, close } = await clusterSource(config, { hasher: await loadHasher(), clock });
  await close();
  return { topology, clock, transport: transport({}), options: clusterOptions(config) };
}

/** What miroir's own calls carry: the headers of every other call, and the operator's key. */
export function credentialsOf(config: StaticClusterConfig | TopologyClusterConfig): Credentials {
  const { authorization, headers = {} } = callerHeaders(toRequest("GET", { path: "" }, config));
  const { operatorKey } = config;
  return { authorization: operatorKey === undefined ? authorization : `Bearer ${operatorKey}`, headers };
}

type Credentials = Pick<OperatorOptions, "authorization" | "headers">;

interface ViewContext {
  readonly config: StaticClusterConfig | TopologyClusterConfig;
  readonly environment: Environment;
  readonly events: EventBus;
}

/** What this process knows of the topology, and its right to work with it. */
async function openView(
  { store }: ClusterSource,
  topology: Topology,
  { config, environment, events }: ViewContext,
): Promise<ClusterView> {
  const { clock, random } = environment;
  if (store === undefined) return fixedView(topology, clock);
  const { writeTimeoutMs: landingMs, maxViewAgeMs } = clusterOptions(config);
  const view = new StoreView({
    ...{ store, clock, topology, landingMs, maxViewAgeMs, processId: random.uuid() },
    changed: (state, reason) => events.tell("view", { state, ...(reason !== undefined && { reason }) }),
  });
  await view.open();
  return view;
}

interface Parts extends Pick<Cluster, "view" | "events" | "hasher" | "clock" | "random" | "transport" | "operator"> {
  readonly highWater: TaskHighWater;
  readonly config: StaticClusterConfig | TopologyClusterConfig;
  /** The shared records where a store holds them. */
  readonly inStore: StoreRecords | undefined;
  verify(node: NodeInfo): Promise<void>;
}

function assemble({ highWater, config, inStore, verify, ...shared }: Parts): MetCluster {
  const { view, events, clock, random, operator } = shared;
  const { live } = view;
  const options = clusterOptions(config);
  const patienceMs = Math.min(options.attemptTimeoutMs, options.readTimeoutMs, options.writeTimeoutMs);
  const stamps = new HybridClock({ now: () => view.now(), writer: randomBelow(2 ** 16, random) });
  const keep: SharedRecords["keep"] = (record, what) => records.keep(record, what);
  const missed = new MissedBook({ keep }, random);
  const whyHeld = (node: string) => missed.whyHeld(node);
  const choosing = choiceOfReplicas(config, random);
  const tellNode = nodeListener(events, live);
  const health = new HealthMonitor({
    ...{ health: new NodeHealth(), clock, live, patienceMs, probe: verify, whyHeld },
    changed: (node, reason) => {
      if (reason === undefined) choosing.fleet.returned(node, clock.monotonic());
      tellNode(node, reason);
    },
  });
  const isSuspect = (node: string) => health.isSuspect(node);
  const records = inStore ?? recordsOnNodes({ view, operator, stamps, missed, isSuspect });
  const debts = new DebtBook(records, random, debtListeners(events));
  debts.reshard(live.topology.shards);
  let { epoch: known } = live.topology;
  live.onChange(({ shards, epoch }) => {
    debts.reshard(shards);
    if (isLaterEra(epoch, known)) {
      debts.forget();
      registry.refresh().catch(() => undefined); // the next call tries again
    }
    known = epoch;
  });
  const rules = new RuleBook({ records, stamps });
  const learn: DebtBook["load"] = (records) => {
    debts.load(records);
    rules.load(records);
    missed.load(records);
    // Such a node was refused as long as this was not known.
    for (const node of highWater.load(records)) health.retry(node);
  };
  const registry = new IndexRegistry({ records, clock, operator, maxAgeMs: REGISTRY_MAX_AGE_MS, learn, stamps });
  const lanes = new Lanes();
  const observe: HealthMonitor["observe"] = (node, outcome) => health.observe(node, outcome);
  const reading = { operator, isSuspect, observe, timeoutMs: patienceMs };
  const repairing = {
    ...{ operator, view, missed, health, registry, isEnabled: config.repair !== false },
    ...{ landingMs: options.writeTimeoutMs, roundMs: Math.min(REPAIR_ROUND_MS, options.writeTimeoutMs) },
  };
  const repairer = new Repairer({ ...repairing, debts, lanes, stamps });
  const catchUp = new CatchUp({ ...repairing, rules, records });
  return {
    ...{ ...shared, applied: new AppliedSettings(operator), records, highWater, health, debts, missed },
    ...{ rules, stamps, registry, lanes, repairer, catchUp, ...choosing },
    ...{ intake: new Lanes(), ...workOfSearches(config) },
    tasks: new TaskTracker({
      ...{ ...reading, clock, highWater, sweepMs: SWEEP_MS, keep: KEPT_TASKS },
      probe: () => health.refresh(),
      recorded: (indexUid) => (indexUid === RULES_INDEX ? rules.stored() : registry.stored(indexUid)),
      forgo: (change) => forgoSilent({ live, missed }, change),
      word: (error) => wordLogically(error, registry),
      others: tasksOnNodes({
        ...{ ...reading, clock, live, keep: KEPT_TASKS, writeTimeoutMs: options.writeTimeoutMs },
        record: async (owed) => void (await debts.record(owed)),
        freshDebts: async () => {
          await registry.refresh().catch(() => undefined); // those known have to do
          return debts.ledger.list();
        },
      }),
    }),
    taskUids: new TaskUids({ now: () => clock.now(), writer: randomBelow(WRITER_SLOTS, random) }),
    options,
  };
}

/** What keeps the work of searches small. */
function workOfSearches({ coalesceSearches }: Parts["config"]): Pick<Cluster, "widening" | "sharedSearches"> {
  return {
    widening: new LearnedWidening(),
    sharedSearches: coalesceSearches === true ? new SharedSearches() : undefined,
  };
}

/** How reads choose among replicas. */
function choiceOfReplicas(
  { replicaSelection = "adaptive", zone, hedging }: Parts["config"],
  random: Random,
): Pick<Cluster, "fleet" | "selector" | "hedging"> {
  const fleet = new Fleet();
  return {
    fleet,
    selector: new ReplicaSelector({ fleet, zone, strategy: replicaSelection, random: () => random.fraction() }),
    hedging: hedging === false ? undefined : new Hedging(fleet, hedging),
  };
}

/** The records of a cluster without a store. What some replica of every shard knows is not lost with one node. */
function recordsOnNodes({ view: { live }, operator, stamps, missed, isSuspect }: NodeParts): NodeRecords {
  return new NodeRecords({
    ...{ operator, live, isSuspect },
    isBehind: (node) => missed.isBehindAnyhow(node),
    isEnough: (nodes) => holdEveryShard(live, nodes),
    missedBy: (nodes, what) =>
      missed.record(
        nodes.map(({ id }) => ({ node: id, matter: "records", what, stamp: stamps.next(false), mayLand: false })),
      ),
  });
}

interface NodeParts extends Pick<Cluster, "view" | "operator" | "stamps" | "missed"> {
  isSuspect(node: string): boolean;
}

function randomBelow(limit: number, random: Random): number {
  return Math.floor(random.fraction() * limit);
}

/** What else a cluster is connected to. */
interface Ties {
  readonly source: ClusterSource;
  readonly seenWriter: SeenWriter;
}

/** Lets writes under way reach their end, then ends every timer and connection. */
async function close(
  { intake, lanes, tasks, repairer, catchUp, transport, view }: MetCluster,
  { source, seenWriter }: Ties,
): Promise<void> {
  await intake.idle();
  await Promise.all([repairer.close(), catchUp.close()]);
  await lanes.idle();
  await tasks.close();
  await seenWriter.close();
  await transport.close();
  await view.close();
  await source.close();
}
