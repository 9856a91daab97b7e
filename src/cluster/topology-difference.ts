import type { Topology } from "./topology.ts";

/**
 * How a configured topology differs from the one in force, as half a sentence that names the field; `undefined` when both
 * place every document alike. Addresses may differ: ids are the key.
 */
export function describeDifference(configured: Topology, inForce: Topology): string | undefined {
  if (configured.clusterId !== "" && configured.clusterId !== inForce.clusterId) {
    return `\`clusterId\` is \`${configured.clusterId}\` there and \`${inForce.clusterId}\` on the nodes`;
  }
  for (const field of ["shards", "replicationFactor"] as const) {
    if (configured[field] !== inForce[field]) {
      return `\`${field}\` is ${configured[field]} in the configuration and ${inForce[field]} on the nodes`;
    }
  }
  const ids = (topology: Topology) =>
    topology.nodes
      .map((node) => `${node.group}/${node.id}`)
      .sort()
      .join(", ");
  if (ids(configured) !== ids(inForce)) {
    return `\`nodes\` are [${ids(configured)}] in the configuration and [${ids(inForce)}] on the nodes`;
  }
  if (JSON.stringify(tables(configured)) !== JSON.stringify(tables(inForce))) {
    return "the table of shards to nodes differs (a node's `weight` was changed, or a job moved shards)";
  }
  return undefined;
}

function tables(topology: Topology): unknown {
  return topology.groups
    .map(({ name, table }) => ({ name, table: table.map((row) => [...row].sort()) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
