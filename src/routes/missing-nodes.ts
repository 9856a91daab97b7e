import type { AcceptedChange, Matters, MissedChange } from "../cluster/missed.ts";
import type { Attempt } from "../core/attempt.ts";
import { MiroirError } from "../core/errors.ts";
import type { Meta } from "../core/meta.ts";
import type { NodeInfo } from "../core/types.ts";
import type { StoringTask } from "../execute/store-on-nodes.ts";
import type { CallOptions, Cluster } from "./cluster.ts";

/** A change, and whether it can be made up for. */
interface AdministrativeChange {
  readonly what: string;
  readonly call: CallOptions;
  /** Absent when every node must make it now. */
  readonly matters?: Matters;
}

/**
 * The nodes that are to make a change now: those that are there and up to date with what it is about.
 * @throws MiroirError `miroir_no_quorum` naming those that are away, when the change cannot do without them
 */
export async function nodesToAsk(cluster: Cluster, change: AdministrativeChange): Promise<readonly NodeInfo[]> {
  const { health, topology, operation } = cluster;
  const { nodes } = topology;
  operation.requireCover();
  await health.recovered(nodes.map((node) => node.id).filter((id) => health.isSuspect(id)));
  const away = new Map(nodes.flatMap((node) => reasonAgainst(cluster, node, change)));
  if (away.size === 0) return nodes;
  const there = nodes.filter((node) => !away.has(node));
  if (canDoWithout(cluster, change) && holdEveryShard(cluster, there)) return there;
  const needs = canDoWithout(cluster, change) ? "a replica of every shard" : "every node";
  const reasons = [...away].map(([node, reason]) => `node \`${node.id}\` ${reason}`).join("; ");
  throw new MiroirError("miroir_no_quorum", `${change.what} needs ${needs}, and ${reasons}. Nothing was changed.`, {
    status: 503,
    attempts: [...away].map(([node, reason]): Attempt => ({ node: node.id, url: node.url, reason })),
  });
}

function reasonAgainst(
  { health, missed }: Cluster,
  node: NodeInfo,
  { matters = [] }: AdministrativeChange,
): [NodeInfo, string][] {
  if (health.isSuspect(node.id)) return [[node, health.reasonOf(node.id) ?? "is down"]];
  const isBehind = matters.some(({ matter, name }) => matter === "index" && missed.isBehind(node.id, name ?? ""));
  return isBehind ? [[node, "has yet to catch up with earlier changes"]] : [];
}

/** Whoever wants every replica to acknowledge wants so for changes that all nodes must make. */
export function canDoWithout({ options }: Cluster, { matters, call }: AdministrativeChange): boolean {
  return matters !== undefined && (call.consistency ?? options.writeConsistency) !== "all";
}

/**
 * What is kept of a change for those nodes that accept it and go away before they make it; nothing when it has to wait for
 * them. To be called before what the change leads to is written down.
 */
export function acceptedChange(cluster: Cluster, change: AdministrativeChange): AcceptedChange | undefined {
  const { what, matters = [] } = change;
  return canDoWithout(cluster, change) ? { what, matters, stamp: cluster.stamps.next(false) } : undefined;
}

/** The same change when more belongs to it. */
export function withMatters(change: AcceptedChange | undefined, matters: Matters): AcceptedChange | undefined {
  return change && { ...change, matters: [...change.matters, ...matters] };
}

/** What nodes must be given later that do not store records which these tasks store; none where a store has them. */
export function storedMatters(storing: readonly StoringTask[]): Matters {
  return storing.length === 0 ? [] : [{ matter: "records" }];
}

/** Whether these nodes together hold some replica of every shard, so that what they know is all there is to know. */
export function holdEveryShard({ topology }: Pick<Cluster, "topology">, nodes: readonly NodeInfo[]): boolean {
  const ids = new Set(nodes.map(({ id }) => id));
  const tables = topology.groups.map(({ table }) => table);
  return Array.from({ length: topology.shards }, (_, shard) => shard).every((shard) =>
    tables.some((table) => table[shard]?.some((node) => ids.has(node))),
  );
}

/** A change that some nodes made. */
interface MadeChange {
  readonly what: string;
  readonly matters: Matters;
  readonly doers: readonly NodeInfo[];
  /** Ids of nodes that were asked and did not answer: they may make it yet. */
  readonly mayHave: ReadonlySet<string>;
}

/**
 * Writes down which nodes did not make a change.
 * @throws MiroirError `miroir_store_unavailable`
 */
export async function writeDownMissed(cluster: Cluster, { what, matters, doers, mayHave }: MadeChange): Promise<void> {
  const others = cluster.topology.nodes.filter((node) => !doers.includes(node));
  const changes = others.flatMap(({ id }) =>
    matters.map((matter): MissedChange => {
      return { node: id, ...matter, what, stamp: cluster.stamps.next(false), mayLand: mayHave.has(id) };
    }),
  );
  await cluster.missed.record(changes);
}

/** What is known of a change that these nodes made. */
export function madeBy({ topology }: Cluster, replies: readonly { readonly node: NodeInfo }[]): Meta {
  const doers = new Set(replies.map(({ node }) => node.id));
  const behind = topology.nodes.map(({ id }) => id).filter((id) => !doers.has(id));
  const reasons = behind.map((id) => `Node ${id} missed the change and is not used for it before it was given it.`);
  return { nodes: [...doers].sort(), degraded: behind.length > 0, exact: true, reasons, failures: [] };
}
