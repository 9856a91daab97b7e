import { MiroirError } from "../core/errors.ts";
import { shownValue } from "../core/shown-value.ts";
import type { NodeInfo } from "../core/types.ts";
import { isShardCount, MAX_SHARDS, MIN_SHARDS } from "../routing/reserved.ts";
import { groupBy } from "../util/group-by.ts";

/** A static cluster as the user writes it down. */
export interface ClusterConfig {
  readonly clusterId: string;
  readonly nodes: readonly NodeConfig[];
  readonly replicationFactor: number;
  readonly shards: number;
}

/** One server of a static cluster. */
export interface NodeConfig {
  /** Decides placement and must never change. @default host:port of `url` */
  readonly id?: string;
  readonly url: string;
  /** @default "default" */
  readonly group?: string;
  /** @default 1 */
  readonly weight?: number;
  /** Where it stands; clients with the same `zone` ask it rather. @default none */
  readonly zone?: string;
}

/**
 * The nodes of a configuration with everything filled in, once it is known that a topology can be built from it.
 * @throws MiroirError `miroir_invalid_config` that names the field, what was found there and what to do
 */
export function checkClusterConfig(config: ClusterConfig): readonly NodeInfo[] {
  const { shards } = config;
  if (!isShardCount(shards)) {
    refuse({ field: "shards", value: shards, remedy: `Give a power of two from ${MIN_SHARDS} to ${MAX_SHARDS}.` });
  }
  const nodes = config.nodes.map(toNode);
  if (nodes.length === 0) refuse({ field: "nodes", value: [], remedy: "Name at least one server." });
  refuseTwins(nodes);
  for (const [name, members] of groupBy(nodes, ({ group }) => group))
    refuseFactor(config.replicationFactor, name, members.length);
  return nodes;
}

function refuse({ field, value, remedy }: { field: string; value: unknown; remedy: string }): never {
  throw new MiroirError("miroir_invalid_config", `\`${field}\` is ${shownValue(value)}. ${remedy}`);
}

function toNode(config: NodeConfig, index: number): NodeInfo {
  const field = `nodes[${index}].url`;
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return refuse({ field, value: config.url, remedy: "Give an http or https address such as http://10.0.0.1:7700." });
  }
  if (url.username || url.password || url.search || url.hash) {
    return refuse({ field, value: config.url, remedy: "Leave out user name, password, query and fragment." });
  }
  const weight = config.weight ?? 1;
  if (!(weight > 0 && Number.isFinite(weight))) {
    refuse({ field: `nodes[${index}].weight`, value: weight, remedy: "Give a number above 0." });
  }
  if (config.id === "") refuse({ field: `nodes[${index}].id`, value: "", remedy: "Give a name, or leave it out." });
  return {
    id: config.id ?? `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`,
    url: url.href.replace(/\/+$/, ""),
    group: config.group || "default",
    weight,
    ...(config.zone === undefined || config.zone === "" ? {} : { zone: config.zone }),
  };
}

function refuseTwins(nodes: readonly NodeInfo[]): void {
  for (const [index, node] of nodes.entries()) {
    for (const key of ["url", "id"] as const) {
      const twin = nodes.findIndex((other) => other[key] === node[key]);
      if (twin === index) continue;
      refuse({
        field: `nodes[${index}].${key}`,
        value: node[key],
        remedy: `nodes[${twin}] has the same ${key}: give every server ${key === "id" ? "an id" : "an address"} of its own.`,
      });
    }
  }
}

function refuseFactor(replicationFactor: number, group: string, members: number): void {
  if (Number.isInteger(replicationFactor) && replicationFactor >= 1 && replicationFactor <= members) return;
  refuse({
    field: "replicationFactor",
    value: replicationFactor,
    remedy: `Group \`${group}\` has ${members} node${members === 1 ? "" : "s"}: give a whole number from 1 to ${members}.`,
  });
}
