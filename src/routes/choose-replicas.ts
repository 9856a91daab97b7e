import type { Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { ScatterInput } from "../execute/scatter.ts";
import { coverShards, isCoverable, type Usability } from "../routing/cover.ts";
import type { Ranking } from "../routing/ranking.ts";
import type { OperationClass } from "../select/fleet.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import type { LacksOwn } from "./own-writes/own-read.ts";
import { rankForTenant } from "./rank-for-tenant.ts";

/** Who is asked for which shards of a read, and whether others could be. */
export type ReplicaChoice = Pick<ScatterInput, "cover" | "isCoverable">;

const NOBODY: ReadonlySet<string> = new Set();

/** A read of some shards of one physical index, or of several that are asked together. */
export interface ReplicaRead {
  readonly operation: OperationClass;
  readonly index: string;
  /** Further physical indexes that the same request reads. */
  readonly otherIndexes?: readonly string[];
  readonly shards: readonly number[];
  readonly call: CallOptions;
  /** The only node that may answer, when the answer continues one of its own; any replica otherwise. */
  readonly onlyNode?: string;
}

/** A read with what is known of the nodes. */
export interface ReplicaQuestion extends ReplicaRead {
  /** Nodes whose settings are older than the call wants. */
  readonly below: ReadonlySet<string>;
  /** Replicas that lack a write which the call's session made. */
  readonly lacksOwn?: LacksOwn;
}

/**
 * Chooses among the replicas that may be asked, and leaves out nodes that this process has asked enough already.
 * @throws MiroirError `miroir_overloaded` when those hold a shard that nobody else does
 */
export function chooseReplicas(cluster: Cluster, read: ReplicaQuestion): ReplicaChoice {
  const { fleet, options, topology } = cluster;
  const { below } = read;
  const full = topology.nodes.flatMap(({ id }) => (fleet.inFlight(id) < options.maxInFlightPerNode ? [] : [id]));
  if (full.length === 0) return choiceWithout(below, cluster, read);
  const choice = choiceWithout(new Set([...below, ...full]), cluster, read);
  if (choice.isCoverable(read.shards, NOBODY)) return choice;
  const whole = choiceWithout(below, cluster, read);
  if (!whole.isCoverable(read.shards, NOBODY)) return whole;
  throw new MiroirError(
    "miroir_overloaded",
    `This process already waits for ${options.maxInFlightPerNode} requests each to ${full.map((id) => `\`${id}\``).join(", ")}, ` +
      "and no other node holds the same shards. Ask again later, or ask for less at a time; `maxInFlightPerNode` is the limit.",
    { status: 503 },
  );
}

function choiceWithout(avoided: ReadonlySet<string>, cluster: Cluster, read: ReplicaQuestion): ReplicaChoice {
  const { topology, selector, clock, options } = cluster;
  const { preference, tenant } = read.call;
  const choice = { cluster: topology, operation: read.operation, nowMs: clock.monotonic() };
  const ranked = onlyRanking(topology) ?? selector.rank(choice, preference);
  const ranking = rankForTenant(ranked, topology, { affinity: options.tenants, tenant });
  const groups = topology.groups.filter(({ name }) => ranking.groups.includes(name));
  const standings = new Map<string, Standing>();
  const usable = (node: string, shard: number): Usability => {
    let standing = standings.get(node);
    if (standing === undefined) {
      standing = standingOf(node, cluster, { ...read, avoided });
      standings.set(node, standing);
    }
    if (standing === "no" || read.lacksOwn?.(node, shard) === true) return "no";
    return standing.owes(shard) ? "indebted" : "good";
  };
  return {
    cover: (shards, exclude) => coverShards({ shards, groups, exclude, usable, ranking }),
    isCoverable: (shards, exclude) => isCoverable({ shards, groups, exclude, usable }),
  };
}

/** The rankings of topologies without a choice; null for those that leave one. */
const onlyRankings = new WeakMap<Topology, Ranking | null>();

/** The ranking where no shard has two replicas, and so none has to be chosen. */
function onlyRanking(topology: Topology): Ranking | undefined {
  let known = onlyRankings.get(topology);
  if (known === undefined) {
    const { groups, nodes } = topology;
    const isOnly = groups.length === 1 && groups.every(({ table }) => table.every((replicas) => replicas.length === 1));
    known = isOnly ? { groups: groups.map(({ name }) => name), tiers: [nodes.map(({ id }) => id)] } : null;
    onlyRankings.set(topology, known);
  }
  return known ?? undefined;
}

/** A node for one read: out of the question, or asked shard by shard whether it owes a write. */
type Standing = "no" | { owes(shard: number): boolean };

function standingOf(
  node: string,
  { health, missed, registry, debts }: Cluster,
  read: ReplicaQuestion & { readonly avoided: ReadonlySet<string> },
): Standing {
  if (health.isSuspect(node) || (read.onlyNode ?? node) !== node || read.avoided.has(node)) return "no";
  const indexes = [read.index, ...(read.otherIndexes ?? [])];
  if (indexes.some((index) => missed.isBehind(node, index))) return "no";
  // An index that is replicated everywhere may be read shard by shard beside others; its debts are those of one shard.
  const whole = new Map(indexes.map((index) => [index, registry.isEverywhere(index)]));
  return {
    owes: (shard) => indexes.some((index) => debts.ledger.owes(index, node, whole.get(index) === true ? 0 : shard)),
  };
}
