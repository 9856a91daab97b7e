import { type Environment, systemEnvironment } from "../../client/environment.ts";
import { credentialsOf } from "../../client/open-cluster.ts";
import type { ClusterSettings } from "../../client/options.ts";
import { checkClusterConfig, type NodeConfig } from "../../cluster/cluster-config.ts";
import type { NodeInfo } from "../../core/types.ts";
import { Operator } from "../../execute/operator.ts";
import { type Hasher, loadHasher } from "../../routing/shard.ts";
import { openStore } from "../../store/open-store.ts";
import type { StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import type { Random } from "../../util/random.ts";

/** A server that becomes the first node of a cluster. */
export interface AdoptConfig extends Pick<ClusterSettings, "apiKey" | "operatorKey" | "requestInit"> {
  readonly server: string | NodeConfig;
  /** Where the cluster's state will be: an address as of `topology`, or a store. */
  readonly store: string | StateStore;
  /** A power of two from 16 to 4096. @default 64 */
  readonly shards?: number;
}

/** What an adoption works with. */
export interface AdoptionContext {
  readonly store: StateStore;
  readonly operator: Operator;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly node: NodeInfo;
  readonly shards: number;
  readonly signal: AbortSignal;
}

const SHARDS = 64;

/**
 * Lends what an adoption works with.
 * @throws MiroirError `miroir_invalid_config`
 */
export async function withAdoption<T>(
  { server, store: address, shards = SHARDS, ...settings }: AdoptConfig,
  signal: AbortSignal,
  work: (context: AdoptionContext) => Promise<T>,
): Promise<T> {
  const { clock, random, transport: connect }: Environment = systemEnvironment;
  const nodes = [typeof server === "string" ? { url: server } : server];
  const [node] = checkClusterConfig({ clusterId: "", nodes, replicationFactor: 1, shards });
  if (node === undefined) throw new Error("a configuration of one server has one node");
  const store = await openStore(address, { clock });
  const transport = connect({});
  try {
    const operator = new Operator({ transport, clock, random, ...credentialsOf({ ...settings, nodes }) });
    return await work({ store, operator, clock, random, hasher: await loadHasher(), node, shards, signal });
  } finally {
    await transport.close?.();
    if (typeof address === "string") await store.close();
  }
}
