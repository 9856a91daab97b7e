import { z } from "zod";
import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { placeShards } from "../routing/placement.ts";
import { isShardCount, MAX_SHARDS, MIN_SHARDS } from "../routing/reserved.ts";
import type { Hasher } from "../routing/shard.ts";

const nodeSchema = z.strictObject({
  id: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith("/"), "it must not end with a slash"),
  group: z.string().min(1),
  weight: z.number().positive(),
  zone: z.exactOptional(z.string().min(1)),
});

const changeSchema = z.strictObject({
  job: z.string().min(1),
  phase: z.enum(["copying", "holding", "switched"]),
  shards: z.array(z.number().int().nonnegative()),
  everywhere: z.boolean(),
});

const topologySchema = z
  .strictObject({
    version: z.literal(1),
    clusterId: z.string().min(1),
    epoch: z.number().int().nonnegative(),
    shards: z.number().refine(isShardCount, `it must be a power of two from ${MIN_SHARDS} to ${MAX_SHARDS}`),
    replicationFactor: z.number().int().positive(),
    nodes: z.array(nodeSchema).min(1),
    groups: z.array(z.strictObject({ name: z.string().min(1), table: z.array(z.array(z.string())) })).min(1),
    change: z.exactOptional(changeSchema),
    joining: z.exactOptional(z.array(z.string())),
  })
  .superRefine((topology, context) => {
    for (const fault of findFaults(topology)) context.addIssue({ code: "custom", ...fault });
  });

/** Who holds what: an immutable value, the same for every process that knows the same epoch. */
export interface Topology {
  readonly version: 1;
  readonly clusterId: string;
  /** Raised by one with every change. */
  readonly epoch: number;
  /** A power of two from 16 to 4,096. */
  readonly shards: number;
  /** Replicas of every shard in each group, once no job is under way. */
  readonly replicationFactor: number;
  readonly nodes: readonly NodeInfo[];
  readonly groups: readonly ReplicaGroup[];
  /** The change of owners under way. */
  readonly change?: OwnerChange;
  /** Ids of nodes that take part in the administration of indexes, and hold no documents yet. */
  readonly joining?: readonly string[];
}

/** A change of owners that a job is making, as every process must know of it. */
export interface OwnerChange {
  /** The job that makes it. */
  readonly job: string;
  /**
   * - `copying`: everybody works with the old owners, edits by function wait
   * - `holding`: writers of the shards wait
   * - `switched`: the table names the new owners and readers use them, writers still wait
   */
  readonly phase: "copying" | "holding" | "switched";
  readonly shards: readonly number[];
  /** Whether indexes that are replicated everywhere change too: their only shard is one of the shards then. */
  readonly everywhere: boolean;
}

/** One full copy of everything; `table[shard]` names the nodes that hold the shard, none while the group is filled. */
export interface ReplicaGroup {
  readonly name: string;
  readonly table: readonly (readonly string[])[];
}

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
 * The first topology of a cluster, epoch 1, from its configuration.
 * @throws MiroirError `miroir_invalid_config`, see {@link checkClusterConfig}
 */
export function buildTopology(config: ClusterConfig, hasher: Hasher): Topology {
  const { clusterId, replicationFactor, shards } = config;
  const nodes = checkClusterConfig(config);
  const groups = [...membersByGroup(nodes)].map(([name, members]) => ({
    name,
    table: placeShards({ shards, replicationFactor, nodes: members, hasher }),
  }));
  return { version: 1, clusterId, epoch: 1, shards, replicationFactor, nodes, groups };
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
  for (const [name, members] of membersByGroup(nodes)) refuseFactor(config.replicationFactor, name, members.length);
  return nodes;
}

function membersByGroup(nodes: readonly NodeInfo[]): ReadonlyMap<string, NodeInfo[]> {
  const groups = new Map<string, NodeInfo[]>();
  for (const node of nodes) groups.set(node.group, [...(groups.get(node.group) ?? []), node]);
  return groups;
}

function refuse({ field, value, remedy }: { field: string; value: unknown; remedy: string }): never {
  throw new MiroirError("miroir_invalid_config", `\`${field}\` is ${describe(value)}. ${remedy}`);
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

/**
 * Checks a topology that came from outside (a store, a file, a marker).
 * @throws MiroirError `miroir_invalid_config` that names the field, what was found there and what to do
 */
export function parseTopology(value: unknown): Topology {
  const parsed = topologySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = ["topology", ...path].join(".");
  throw new MiroirError(
    "miroir_invalid_config",
    `\`${field}\` is ${describe(valueAt(value, path))}: ${issue?.message ?? "it cannot be read"}. ` +
      "Correct the field, or write the file again with `miroir init`.",
  );
}

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** What no single field shows: ids, addresses and tables that contradict each other. */
function* findFaults(topology: Topology): Iterable<Fault> {
  const ids = new Set<string>();
  const urls = new Set<string>();
  for (const [index, node] of topology.nodes.entries()) {
    if (ids.has(node.id)) yield { path: ["nodes", index, "id"], message: "another node has this id" };
    if (urls.has(node.url)) yield { path: ["nodes", index, "url"], message: "another node has this url" };
    ids.add(node.id);
    urls.add(node.url);
  }
  for (const [index, group] of topology.groups.entries()) yield* findTableFaults(topology, group, index);
  yield* findChangeFaults(topology, ids);
  for (const [name, { length }] of membersByGroup(topology.nodes)) {
    if (topology.replicationFactor <= length) continue;
    yield {
      path: ["replicationFactor"],
      message: `group \`${name}\` has only ${length} node${length === 1 ? "" : "s"}`,
    };
  }
}

function* findChangeFaults({ change, joining = [], shards }: Topology, ids: ReadonlySet<string>): Iterable<Fault> {
  for (const [index, shard] of (change?.shards ?? []).entries()) {
    if (shard >= shards) yield { path: ["change", "shards", index], message: `there are ${shards} shards` };
  }
  for (const [index, id] of joining.entries()) {
    if (!ids.has(id)) yield { path: ["joining", index], message: "no node has this id" };
  }
}

function* findTableFaults(topology: Topology, group: ReplicaGroup, index: number): Iterable<Fault> {
  const members = new Set(topology.nodes.filter((node) => node.group === group.name).map((node) => node.id));
  if (topology.groups.findIndex((other) => other.name === group.name) !== index) {
    yield { path: ["groups", index, "name"], message: "another group has this name" };
  }
  if (group.table.length !== topology.shards) {
    yield { path: ["groups", index, "table"], message: `it must have one row for each of ${topology.shards} shards` };
  }
  for (const [shard, row] of group.table.entries()) {
    const path = ["groups", index, "table", shard];
    // A group that is being added is filled shard by shard.
    const isHeld = topology.groups.some(({ table }) => (table[shard]?.length ?? 0) > 0);
    if (!isHeld) yield { path, message: "no node holds this shard" };
    if (new Set(row).size !== row.length) yield { path, message: "it names a node twice" };
    const stranger = row.find((id) => !members.has(id));
    if (stranger !== undefined) yield { path, message: `\`${stranger}\` is no node of group \`${group.name}\`` };
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) found = (found as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  return found;
}

/** A value as JSON, cut short; an address is shown without the credentials that it or its query may hold. */
function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value)
    .replace(/\/\/[^/@"]*@/g, "//***@")
    .replace(/(:\/\/[^?#"]*[?#])[^"]*/g, "$1***");
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
