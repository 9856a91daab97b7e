import { z } from "zod";
import { MiroirError } from "../core/errors.ts";
import { shownValue } from "../core/shown-value.ts";
import type { NodeInfo } from "../core/types.ts";
import { placeShards } from "../routing/placement.ts";
import { isShardCount, MAX_SHARDS, MIN_SHARDS } from "../routing/reserved.ts";
import type { Hasher } from "../routing/shard.ts";
import { groupBy } from "../util/group-by.ts";
import { type ClusterConfig, checkClusterConfig } from "./cluster-config.ts";

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

/**
 * The first topology of a cluster, epoch 1, from its configuration.
 * @throws MiroirError `miroir_invalid_config`, see {@link checkClusterConfig}
 */
export function buildTopology(config: ClusterConfig, hasher: Hasher): Topology {
  const { clusterId, replicationFactor, shards } = config;
  const nodes = checkClusterConfig(config);
  const groups = [...groupBy(nodes, ({ group }) => group)].map(([name, members]) => ({
    name,
    table: placeShards({ shards, replicationFactor, nodes: members, hasher }),
  }));
  return { version: 1, clusterId, epoch: 1, shards, replicationFactor, nodes, groups };
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
    `\`${field}\` is ${shownValue(valueAt(value, path))}: ${issue?.message ?? "it cannot be read"}. ` +
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
  for (const [name, { length }] of groupBy(topology.nodes, ({ group }) => group)) {
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
