import { MiroirError } from "../core/errors.ts";
import type { Cluster } from "./cluster.ts";
import { holdEveryShard } from "./missing-nodes.ts";

/**
 * The nodes that must not answer a read which wants settings of at least a version: they have yet to apply them.
 * @throws MiroirError `miroir_settings_version_stale` when too few nodes have them, or no process has made them yet
 */
export async function nodesBelowFloor(cluster: Cluster, index: string, floor: number): Promise<ReadonlySet<string>> {
  const { registry, topology, health, missed, applied } = cluster;
  if ((registry.holderOf(index)?.settingsVersion ?? 0) < floor) await registry.refresh();
  const version = registry.holderOf(index)?.settingsVersion ?? 0;
  const uid = registry.logicalUid(index);
  if (version < floor) throw stale(`The settings of index \`${uid}\` are at version ${version}, below ${floor}.`);
  const verdicts = await Promise.all(
    topology.nodes.map(async (node) => {
      const isUsable = !health.isSuspect(node.id) && !missed.isBehind(node.id, index);
      return isUsable && (await applied.isApplied(node, { index, version }));
    }),
  );
  const below = topology.nodes.filter((_, position) => verdicts[position] !== true);
  const above = topology.nodes.filter((node) => !below.includes(node));
  if (holdEveryShard(cluster, above)) return new Set(below.map(({ id }) => id));
  const names = below.map(({ id }) => `\`${id}\``).join(", ");
  throw stale(`Node ${names} has yet to apply version ${version} of the settings of index \`${uid}\`.`);
}

function stale(what: string): MiroirError {
  return new MiroirError("miroir_settings_version_stale", `${what} Ask again.`, { status: 503 });
}
