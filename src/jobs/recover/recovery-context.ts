import { type Environment, systemEnvironment } from "../../client/environment.ts";
import { credentialsOf } from "../../client/open-cluster.ts";
import { clusterOptions, type TopologyClusterConfig } from "../../client/options.ts";
import { checkClusterConfig, type NodeConfig } from "../../cluster/cluster-config.ts";
import type { NodeInfo } from "../../core/types.ts";
import { Operator } from "../../execute/operator.ts";
import { openStore } from "../../store/open-store.ts";
import type { StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import type { Random } from "../../util/random.ts";

/** A cluster whose store went back to an earlier state, or has lost everything. */
export interface RecoveryConfig extends TopologyClusterConfig {
  /**
   * Servers of the cluster: needed when the store knows none any more, or not those of today. One is enough, whose marker
   * names the others. @default those that the store names
   */
  readonly nodes?: readonly (string | NodeConfig)[];
}

/** What a recovery works with; no lease, and no view: the store is not to be trusted yet. */
export interface RecoveryContext {
  readonly store: StateStore;
  readonly operator: Operator;
  readonly clock: Clock;
  readonly random: Random;
  /** How long after it was sent a request of a client may still reach a node, in milliseconds. */
  readonly landingMs: number;
  /** Servers that the caller named. */
  readonly named: readonly NodeInfo[];
}

/** Lends what a recovery works with. */
export async function withRecovery<T>(
  config: RecoveryConfig,
  work: (context: RecoveryContext) => Promise<T>,
  { clock, random, transport: connect }: Environment = systemEnvironment,
): Promise<T> {
  const store = await openStore(config.topology, { clock });
  const transport = connect({});
  try {
    const operator = new Operator({ transport, clock, random, ...credentialsOf(config) });
    const { writeTimeoutMs: landingMs } = clusterOptions(config);
    return await work({ store, operator, clock, random, landingMs, named: namedIn(config) });
  } finally {
    await transport.close?.();
    if (typeof config.topology === "string") await store.close();
  }
}

function namedIn({ nodes = [] }: RecoveryConfig): readonly NodeInfo[] {
  if (nodes.length === 0) return [];
  const configured = nodes.map((node) => (typeof node === "string" ? { url: node } : node));
  return checkClusterConfig({ clusterId: "", nodes: configured, replicationFactor: 1, shards: 16 });
}
