import type { NodeInfo } from "../core/types.ts";
import { introduce } from "../execute/bootstrap.ts";
import { DebtBook } from "../execute/debt-book.ts";
import { HealthMonitor } from "../execute/health-monitor.ts";
import { verifyIdentity } from "../execute/identity.ts";
import { IndexRegistry } from "../execute/index-registry.ts";
import { Lanes } from "../execute/lane.ts";
import { NodeRecords } from "../execute/node-records.ts";
import { Operator, type OperatorOptions } from "../execute/operator.ts";
import { Repairer } from "../execute/repair/repairer.ts";
import { RuleBook } from "../execute/rule-book.ts";
import { requireSupportedServers } from "../execute/server-version.ts";
import { requireSharedMasterKey } from "../execute/shared-keys.ts";
import { TaskHighWater } from "../execute/task-high-water.ts";
import { RULES_INDEX } from "../routes/align-rules.ts";
import type { Cluster, ConfiguredCluster } from "../routes/cluster.ts";
import { callerHeaders } from "../routes/read.ts";
import { wordLogically } from "../routes/wording.ts";
import { loadHasher } from "../routing/shard.ts";
import { HybridClock } from "../routing/stamp.ts";
import { NodeHealth } from "../select/health.ts";
import { tasksOnNodes } from "../tasks/other-tasks.ts";
import { TaskUids, WRITER_SLOTS } from "../tasks/task-uid.ts";
import { TaskTracker } from "../tasks/tracker.ts";
import type { Random } from "../util/random.ts";
import type { Environment } from "./environment.ts";
import { clusterOptions, type StaticClusterConfig, type TopologyClusterConfig } from "./options.ts";
import { toRequest } from "./to-request.ts";
import { configuredTopology } from "./topology-source.ts";

/** Age from which the registry's rows are read again in the background, in milliseconds. */
const REGISTRY_MAX_AGE_MS = 2000;

/** Pause between two rounds over the open tasks, in milliseconds. */
const SWEEP_MS = 1000;

/** Pause between two looks at debts that may be paid, in milliseconds. */
const REPAIR_ROUND_MS = 1000;

/** Finished tasks kept in memory. */
const KEPT_TASKS = 10_000;

/** A cluster and the way to leave it. */
export interface OpenCluster {
  readonly cluster: Cluster;
  close(): Promise<void>;
}

/** Connects everything: reads or builds the topology, meets the nodes, loads registry and debts. */
export async function openCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  environment: Environment,
): Promise<OpenCluster> {
  const hasher = await loadHasher();
  const configured = await configuredTopology(config, hasher);
  const { clock, random } = environment;
  const highWater = new TaskHighWater();
  const known = { clusterId: "" };
  const transport = environment.transport({
    ...(config.connectionsPerNode === undefined ? {} : { connections: config.connectionsPerNode }),
    verify: (node) => verify(node),
  });
  const operator = new Operator({ transport, clock, random, ...credentialsOf(config) });
  const verify = (node: NodeInfo) =>
    verifyIdentity(operator, node, { clusterId: known.clusterId, lastTaskUid: highWater.of(node) });
  try {
    await requireSupportedServers(operator, configured.nodes);
    await requireSharedMasterKey(operator, configured.nodes);
    const met = await introduce(operator, configured);
    known.clusterId = met.topology.clusterId;
    const cluster = assemble({
      ...{ topology: met.topology, hasher, clock, random, transport, operator, highWater, verify },
      config,
    });
    for (const { node, reason } of [...met.absent, ...met.strangers]) cluster.health.distrust(node, reason);
    cluster.registry.load(met.records);
    cluster.debts.load(met.records);
    cluster.rules.load(met.records);
    return { cluster, close: () => close(cluster) };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** The cluster as it is configured, for what takes no key. */
export async function configuredCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  { clock, transport }: Environment,
): Promise<ConfiguredCluster> {
  const topology = await configuredTopology(config, await loadHasher());
  return { topology, clock, transport: transport({}), options: clusterOptions(config) };
}

/** What miroir's own calls carry: the headers of every other call, and the operator's key. */
function credentialsOf(config: StaticClusterConfig | TopologyClusterConfig): Credentials {
  const { authorization, headers = {} } = callerHeaders(toRequest("GET", { path: "" }, config));
  const { operatorKey } = config;
  return { authorization: operatorKey === undefined ? authorization : `Bearer ${operatorKey}`, headers };
}

type Credentials = Pick<OperatorOptions, "authorization" | "headers">;

interface Parts extends Pick<Cluster, "topology" | "hasher" | "clock" | "random" | "transport" | "operator"> {
  readonly highWater: TaskHighWater;
  readonly config: StaticClusterConfig | TopologyClusterConfig;
  verify(node: NodeInfo): Promise<void>;
}

function assemble({ highWater, config, verify, ...shared }: Parts): Cluster {
  const { topology, clock, random, operator } = shared;
  const nodesById = new Map(topology.nodes.map((node) => [node.id, node]));
  const options = clusterOptions(config);
  const patienceMs = Math.min(options.attemptTimeoutMs, options.readTimeoutMs, options.writeTimeoutMs);
  const health = new HealthMonitor({ health: new NodeHealth(), clock, nodesById, patienceMs, probe: verify });
  const isSuspect = (node: string) => health.isSuspect(node);
  const { nodes } = topology;
  const records = new NodeRecords({ operator, nodes, isSuspect });
  const debts = new DebtBook(records, random);
  const stamps = new HybridClock({ now: () => clock.now(), writer: randomBelow(2 ** 16, random) });
  const rules = new RuleBook({ records, stamps });
  const learn: DebtBook["load"] = (records) => {
    debts.load(records);
    rules.load(records);
  };
  const registry = new IndexRegistry({ records, clock, operator, maxAgeMs: REGISTRY_MAX_AGE_MS, learn, stamps });
  const lanes = new Lanes();
  const observe: HealthMonitor["observe"] = (node, outcome) => health.observe(node, outcome);
  const reading = { operator, isSuspect, observe, timeoutMs: patienceMs };
  const repairer = new Repairer({
    ...{ operator, topology, nodesById, debts, health, registry, lanes, isEnabled: config.repair !== false },
    ...{ landingMs: options.writeTimeoutMs, roundMs: Math.min(REPAIR_ROUND_MS, options.writeTimeoutMs) },
  });
  return {
    ...{ ...shared, nodesById, health, debts, rules, stamps, registry, lanes, repairer },
    intake: new Lanes(),
    tasks: new TaskTracker({
      ...{ ...reading, clock, highWater, sweepMs: SWEEP_MS, keep: KEPT_TASKS },
      probe: () => health.refresh(),
      recorded: (indexUid) => (indexUid === RULES_INDEX ? rules.stored() : registry.stored(indexUid)),
      word: (error) => wordLogically(error, registry),
      others: tasksOnNodes({
        ...{ ...reading, clock, topology, nodes, nodesById, keep: KEPT_TASKS, writeTimeoutMs: options.writeTimeoutMs },
        record: (owed) => debts.record(owed),
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

function randomBelow(limit: number, random: Random): number {
  return Math.floor(random.fraction() * limit);
}

/** Lets writes under way reach their end, then ends every timer and connection. */
async function close({ intake, lanes, tasks, repairer, transport }: Cluster): Promise<void> {
  await intake.idle();
  await repairer.close();
  await lanes.idle();
  await tasks.close();
  await transport.close();
}
