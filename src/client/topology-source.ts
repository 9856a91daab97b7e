import { buildTopology, parseTopology, type Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { Hasher } from "../routing/shard.ts";
import { readJsonFile } from "../store/json-file.ts";
import { type StaticClusterConfig, type TopologyClusterConfig, toClusterConfig } from "./options.ts";

/**
 * The topology that a configuration names: computed from its nodes, or read from its file.
 * @throws MiroirError `miroir_invalid_config` when there is none to be had
 */
export async function configuredTopology(
  config: StaticClusterConfig | TopologyClusterConfig,
  hasher: Hasher,
): Promise<Topology> {
  if (!("topology" in config)) return buildTopology(toClusterConfig(config), hasher);
  return parseTopology(await readFile(config.topology));
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
