import type { Debt } from "../cluster/debt.ts";
import { belowQuorum, requiredReplicas, type WriteConsistency } from "../cluster/quorum.ts";
import { MiroirError } from "../core/errors.ts";
import type { Meta } from "../core/meta.ts";
import type { NodeInfo } from "../core/types.ts";
import { Deadline } from "../execute/deadline.ts";
import { sendWrites, type WriteReply } from "../execute/write.ts";
import type { TaskShard } from "../merge/tasks.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { requestBudgetMs } from "./request-budget.ts";
import { PackedIds, type TouchedIds } from "./touched-ids.ts";

/** What is kept of a write as long as its task is not done. */
interface KeptWrite {
  readonly index: string;
  readonly stamp: string;
  readonly ids: PackedIds;
  readonly consistency: WriteConsistency;
  /** Shards that there were. */
  readonly of: number;
}

/** A write to some shards of one physical index. */
export interface ShardedWrite {
  /** Physical uid. */
  readonly index: string;
  readonly stamp: string;
  readonly idsByShard: ReadonlyMap<number, TouchedIds>;
  readonly call: CallOptions;
  readonly signal: AbortSignal | undefined;
  /**
   * What a node is sent for its shards, in order. `isOwed` tells whether the node missed earlier writes of some documents,
   * and is asked only of those that are left out for it: the node then owes this write too.
   */
  requests(
    node: NodeInfo,
    shards: readonly number[],
    isOwed: (shard: number, ids: TouchedIds) => boolean,
  ): NodeRequest[];
}

/** What the nodes took of a write, whose tasks are followed whether or not it is enough. */
interface TakenWrite {
  readonly replies: readonly WriteReply[];
  readonly shards: readonly TaskShard[];
  /** Whether some replica owes it. */
  readonly isOwed: boolean;
  /** See `VirtualTask.owe`. */
  readonly owe: (node: NodeInfo, holders: ReadonlySet<string>) => Promise<void>;
}

/** A write that enough replicas acknowledged, that too few did or whose debts nobody keeps, or that every node refused. */
export type WriteResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | (TakenWrite & { readonly kind: "short"; readonly error: MiroirError })
  | (TakenWrite & { readonly kind: "acknowledged"; readonly meta: Meta });

/** Sends a write to every owner of its shards, records what some of them missed, and counts the acknowledgements. */
export async function writeShards(cluster: Cluster, write: ShardedWrite): Promise<WriteResult> {
  cluster.operation.requireCover();
  const kept = keep(cluster, write);
  const doubts = new Doubts(cluster, kept);
  try {
    const withheld = new Set<string>();
    const replies = await send(cluster, write, { doubts, withheld });
    const refusal = replies.find((reply) => reply.verdict === "refused")?.response;
    if (refusal !== undefined && !replies.some(hasReached)) return { kind: "refused", response: refusal };
    const count = () => new Ballot(cluster, kept, { replies, withheld });
    const { ballot, failure } = await oweMissed(cluster, count);
    const taken: TakenWrite = {
      replies,
      shards: ballot.taskShards(),
      isOwed: ballot.debts.length > 0,
      owe: oweLost(cluster, ballot, failure !== undefined),
    };
    try {
      if (failure !== undefined) throw failure.error;
      ballot.requireQuorum();
      cluster.operation.requireCover(); // what was acknowledged before it ended is not known to have stayed
    } catch (error) {
      if (error instanceof MiroirError) return { kind: "short", ...taken, error };
      throw error;
    }
    return { kind: "acknowledged", ...taken, meta: ballot.meta() };
  } finally {
    doubts.end();
  }
}

/**
 * Writes down what replicas owe, and counts again when other processes wrote down what they owe meanwhile: of two that
 * each take the word of a replica for which the other writes down a debt, whoever is later sees it.
 */
async function oweMissed(
  { debts, registry }: Cluster,
  count: () => Ballot,
): Promise<{ readonly ballot: Ballot; readonly failure?: { readonly error: unknown } }> {
  const written = new Set<string>();
  let ballot = count();
  try {
    for (;;) {
      const open = ballot.debts.filter(({ shard, node }) => !written.has(`${shard}/${node}`));
      // Whoever cannot say what is owed must not say that the write was taken.
      if (await debts.record(open, open.map(unacknowledged))) return { ballot };
      for (const { shard, node } of open) written.add(`${shard}/${node}`);
      await registry.refresh();
      ballot = count();
    }
  } catch (error) {
    return { ballot, failure: { error } };
  }
}

/** Made apart from the call: a function holds all that any function made beside it does, and this one outlives the payload. */
function oweLost({ debts }: Cluster, ballot: Ballot, isUnkept: boolean): TakenWrite["owe"] {
  return async (node, holders) => {
    const lost = ballot.lostBy(node.id, holders);
    await debts.record(isUnkept ? ballot.withUnkept(lost) : lost);
  };
}

function unacknowledged(debt: Debt): Debt {
  return { ...debt, isUnacknowledged: true };
}

function hasReached({ verdict }: WriteReply): boolean {
  return verdict === "acknowledged" || verdict === "unknown";
}

/** Without the payload, which nobody needs any more once the replies are in. */
function keep({ topology, options }: Cluster, { index, stamp, idsByShard, call }: ShardedWrite): KeptWrite {
  const consistency = call.consistency ?? options.writeConsistency;
  return { index, stamp, ids: new PackedIds(idsByShard), consistency, of: topology.shards };
}

/** What a node owes when it does not have a write of these shards. */
function debtsOf({ index, of, stamp, ids }: KeptWrite, node: string, shards: readonly number[]): Debt[] {
  return shards.map((shard) => ({ index, shard, of, node, ids: ids.of(shard), stamp }));
}

function ownersAmong({ topology }: Cluster, shard: number): string[] {
  return topology.groups.flatMap(({ table }) => table[shard] ?? []);
}

/** What replicas may owe of a write whose replies are not all in yet, for the writes queued behind it. */
class Doubts {
  readonly #cluster: Cluster;
  readonly #write: KeptWrite;
  readonly #releases: (() => void)[] = [];

  constructor(cluster: Cluster, write: KeptWrite) {
    this.#cluster = cluster;
    this.#write = write;
  }

  /** A sole owner has nobody to be repaired from and never owes. */
  learn({ node, verdict }: WriteReply, shards: readonly number[]): void {
    if (verdict !== "unknown" && verdict !== "missed") return;
    const shared = shards.filter((shard) => ownersAmong(this.#cluster, shard).length > 1);
    this.#releases.push(this.#cluster.debts.ledger.doubt(debtsOf(this.#write, node.id, shared)));
  }

  end(): void {
    for (const release of this.#releases) release();
  }
}

function ownersOf(cluster: Cluster, shards: Iterable<number>): Map<NodeInfo, number[]> {
  const shardsByNode = new Map<NodeInfo, number[]>();
  for (const shard of shards) {
    for (const { table } of cluster.topology.groups) {
      for (const id of table[shard] ?? []) {
        const node = cluster.nodesById.get(id);
        if (node === undefined) throw new Error(`the table names node \`${id}\`, which the topology does not know`);
        const owned = shardsByNode.get(node);
        if (owned === undefined) shardsByNode.set(node, [shard]);
        else owned.push(shard);
      }
    }
  }
  return shardsByNode;
}

/** What is noted while a write is sent. */
interface SendNotes {
  readonly doubts: Doubts;
  /** Replicas that were not sent all of it: shard and node. */
  readonly withheld: Set<string>;
}

async function send(cluster: Cluster, write: ShardedWrite, { doubts, withheld }: SendNotes): Promise<WriteReply[]> {
  const { transport, clock, health, lanes, options, debts, missed, operation } = cluster;
  const shardsByNode = ownersOf(cluster, write.idsByShard.keys());
  health.refresh();
  const deadline = Deadline.start(clock, requestBudgetMs(write.call, options));
  try {
    const targets = [...shardsByNode].map(([node, shards]) => {
      const isOwed = (shard: number, ids: TouchedIds) => {
        const owes = debts.ledger.owesAny(write.index, { node: node.id, shard }, ids);
        if (owes) withheld.add(`${shard}/${node.id}`);
        return owes;
      };
      const whyNot = () => (missed.isBehind(node.id, write.index) ? "has yet to catch up with its index" : undefined);
      return { node, requests: () => write.requests(node, shards, isOwed), whyNot };
    });
    const attemptTimeoutMs = deadline.remainingMs;
    const lane = write.index;
    return await sendWrites(targets, {
      ...{ transport, clock, deadline, health, lanes, attemptTimeoutMs, lane, cancel: write.signal },
      isCovered: () => operation.isCovered,
      replied: (reply) => doubts.learn(reply, shardsByNode.get(reply.node) ?? []),
    });
  } finally {
    deadline.end();
  }
}

/** Counts the acknowledgements of one write, shard by shard. */
class Ballot {
  readonly #cluster: Cluster;
  readonly #write: KeptWrite;
  readonly #replies: readonly WriteReply[];
  readonly #acknowledged: ReadonlySet<string>;
  /** Acknowledgements that do not count, because the replica owes an earlier write: node and shard. */
  readonly #void: ReadonlySet<string>;
  /** Shards that too few replicas acknowledged. */
  readonly #below: readonly number[];
  readonly debts: readonly Debt[];

  constructor(
    cluster: Cluster,
    write: KeptWrite,
    { replies, withheld }: { readonly replies: readonly WriteReply[]; readonly withheld: ReadonlySet<string> },
  ) {
    this.#cluster = cluster;
    this.#write = write;
    this.#replies = replies;
    this.#acknowledged = new Set(
      replies.filter(({ verdict }) => verdict === "acknowledged").map(({ node }) => node.id),
    );
    this.#void = this.#findVoid(withheld);
    this.#below = belowQuorum({
      shards: write.ids.shards,
      groups: cluster.topology.groups,
      consistency: write.consistency,
      counts: (node, shard) => this.#counts(node, shard),
    });
    this.debts = this.#findDebts();
  }

  /** @throws MiroirError `miroir_no_quorum` naming shards and nodes, and saying what was written all the same */
  requireQuorum(): void {
    const below = this.#below;
    if (below.length === 0) return;
    const attempts = this.#replies.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
    const reasons = attempts.map(({ node, reason }) => `node \`${node}\` ${reason}`).join("; ");
    const total = this.#write.ids.shards.length;
    const others = total > below.length ? `The other ${total - below.length} shards of the call were written. ` : "";
    throw new MiroirError(
      "miroir_no_quorum",
      `Too few replicas acknowledged the write for shard${below.length > 1 ? "s" : ""} ${below.join(", ")}: ` +
        `${reasons || "every acknowledgement came from a replica that owes earlier writes"}. ${others}` +
        "Documents of the shards named may have been written to some replicas; sending the call again is safe for full documents and deletes.",
      { status: 503, attempts },
    );
  }

  taskShards(): TaskShard[] {
    const { ids, consistency } = this.#write;
    const alike = new Map<string, TaskShard>();
    return ids.shards.map((shard) => {
      const nodes = this.#owners(shard).filter((node) => this.#counts(node, shard));
      const replicas = this.#cluster.topology.replicationFactor;
      const required = consistency === "all" ? nodes.length : requiredReplicas(replicas, consistency);
      const key = nodes.join("/");
      const shown = alike.get(key) ?? { nodes, required: Math.min(nodes.length, required) };
      alike.set(key, shown);
      return shown;
    });
  }

  meta(): Meta {
    const indebted = [...new Set(this.debts.map((debt) => debt.node))].sort();
    const degradedShards = [...new Set(this.debts.map((debt) => debt.shard))].sort((a, b) => a - b);
    return {
      nodes: [...this.#acknowledged].sort(),
      degraded: degradedShards.length > 0,
      exact: true,
      reasons: [],
      write: { acknowledged: [...this.#acknowledged].sort(), indebted, degradedShards },
      failures: this.#replies.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt])),
    };
  }

  /**
   * What a node owes when its acknowledgement turns out to be worth nothing: the shards that a holder has, and those that
   * another replica owes, or the node would be taken for the one that has the write.
   */
  lostBy(node: string, holders: ReadonlySet<string>): Debt[] {
    const shards = this.#write.ids.shards.filter((shard) => {
      const others = this.#owners(shard).filter((owner) => owner !== node);
      const isShared = others.some((owner) => holders.has(owner) || !this.#counts(owner, shard));
      return this.#counts(node, shard) && isShared;
    });
    return this.#debtsOf(
      node,
      shards.filter((shard) => this.#owners(shard).includes(node)),
    );
  }

  /**
   * Debts with those of the same shards that could not be kept when the call failed for it: whoever read some of them
   * alone would take the other replicas for those that have the write.
   */
  withUnkept(lost: readonly Debt[]): Debt[] {
    const unkept = this.debts.filter(({ shard }) => lost.some((debt) => debt.shard === shard));
    return [...lost, ...unkept].map(unacknowledged);
  }

  #owners(shard: number): string[] {
    return ownersAmong(this.#cluster, shard);
  }

  #counts(node: string, shard: number): boolean {
    return this.#acknowledged.has(node) && !this.#void.has(`${shard}/${node}`);
  }

  /** What a replica was not sent it owes, though the debt that kept it from it may have been paid since. */
  #findVoid(withheld: ReadonlySet<string>): Set<string> {
    const { index, ids } = this.#write;
    const { debts, missed } = this.#cluster;
    const found = new Set(withheld);
    for (const shard of ids.shards) {
      const touched = ids.of(shard);
      for (const node of this.#owners(shard)) {
        const isVoid = missed.isBehind(node, index) || debts.ledger.owesAny(index, { node, shard }, touched);
        if (isVoid) found.add(`${shard}/${node}`);
      }
    }
    return found;
  }

  /**
   * Every owner without an acknowledgement that counts owes the write, as soon as it reached, or may have reached, any of
   * them: an unknown outcome too, since it may land later, on top of a newer write. A sole owner has nobody to be repaired
   * from and owes nothing.
   */
  #findDebts(): Debt[] {
    const reached = new Set(this.#replies.filter(hasReached).map(({ node }) => node.id));
    const debts: Debt[] = [];
    for (const shard of this.#write.ids.shards) {
      const owners = this.#owners(shard);
      if (owners.length === 1 || !owners.some((owner) => reached.has(owner))) continue;
      const without = owners.filter((owner) => !this.#counts(owner, shard));
      debts.push(...without.flatMap((node) => this.#debtsOf(node, [shard])));
    }
    return debts;
  }

  #debtsOf(node: string, shards: readonly number[]): Debt[] {
    return debtsOf(this.#write, node, shards).map((debt) => {
      return this.#below.includes(debt.shard) ? unacknowledged(debt) : debt;
    });
  }
}
