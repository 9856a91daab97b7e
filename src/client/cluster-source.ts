import { buildTopology, parseTopology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { ExpectedCluster } from "../execute/bootstrap.ts";
import { topologyInStore } from "../execute/topology-in-store.ts";
import type { Hasher } from "../routing/shard.ts";
import { readJsonFile } from "../store/json-file.ts";
import { openStore } from "../store/open-store.ts";
import type { StateStore } from "../store/state-store.ts";
import type { Clock } from "../util/clock.ts";
import { type StaticClusterConfig, type TopologyClusterConfig, toClusterConfig } from "./options.ts";

/** What a configuration says about its cluster, and the store that says it, where one does. */
export interface ClusterSource extends ExpectedCluster {
  readonly store: StateStore | undefined;
  /** Leaves a store that was opened for this; one that the caller made stays open. */
  close(): Promise<void>;
}

/** What reading a configuration takes. */
export interface SourceContext {
  readonly hasher: Hasher;
  readonly clock?: Clock;
}

/**
 * The cluster that a configuration names: computed from its nodes, read from a topology file, or held by a store.
 * @throws MiroirError `miroir_invalid_config` when there is none to be had; `miroir_store_unavailable`
 */
export async function clusterSource(
  config: StaticClusterConfig | TopologyClusterConfig,
  { hasher, clock }: SourceContext,
): Promise<ClusterSource> {
  if (!("topology" in config)) return ofNodes(buildTopology(toClusterConfig(config), hasher));
  const { topology: address } = config;
  if (typeof address === "string" && address.startsWith("file:")) {
    const content = await readFile(address);
    if (!isStoreFile(content)) return ofNodes(parseTopology(content));
  }
  const store = await openStore(address, clock && { clock });
  const close = async () => (typeof address === "string" ? store.close() : undefined);
  try {
    return { topology: await topologyInStore(store), keeper: "store", store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function ofNodes(topology: ExpectedCluster["topology"]): ClusterSource {
  return { topology, keeper: "nodes", store: undefined, close: () => Promise.resolve() };
}

/** A store's file says so; other files hold a topology. */
function isStoreFile(content: unknown): boolean {
  return typeof content === "object" && content !== null && "miroirStore" in content;
}

async function readFile(address: string): Promise<unknown> {
  try {
    return await readJsonFile(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MiroirError(
      "miroir_invalid_config",
      `\`topology\` is \`${address}\`, which cannot be read: ${why}. Name the file that \`miroir init\` wrote, or write it again.`,
      { reason: error },
    );
  }
}
