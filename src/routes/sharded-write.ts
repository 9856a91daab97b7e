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

/** Which documents of a shard a write touches. */
export type TouchedIds = readonly string[] | "all";

/** A write to some shards of one physical index. */
export interface ShardedWrite {
  readonly index: string;
  readonly stamp: string;
  readonly idsByShard: ReadonlyMap<number, TouchedIds>;
  readonly call: CallOptions;
  readonly signal: AbortSignal | undefined;
  /** What a node is sent for its shards, in order. `isOwed` tells the documents whose earlier writes the node missed. */
  requests(node: NodeInfo, shards: readonly number[], isOwed: (shard: number, id: string) => boolean): NodeRequest[];
}

/** A write that enough replicas acknowledged, or that every node refused. */
export type WriteResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | {
      readonly kind: "acknowledged";
      readonly replies: readonly WriteReply[];
      readonly shards: readonly TaskShard[];
      readonly meta: Meta;
      /** Records that a node which acknowledged does not hold the write after all. */
      readonly owe: (node: NodeInfo) => Promise<void>;
    };

/** Sends a write to every owner of its shards, records what some of them missed, and counts the acknowledgements. */
export async function writeShards(cluster: Cluster, write: ShardedWrite): Promise<WriteResult> {
  const shardsByNode = ownersOf(cluster, write.idsByShard.keys());
  const replies = await send(cluster, write, shardsByNode);
  const refusal = replies.find((reply) => reply.verdict === "refused")?.response;
  const hasReached = replies.some((reply) => reply.verdict === "acknowledged" || reply.verdict === "unknown");
  if (refusal !== undefined && !hasReached) return { kind: "refused", response: refusal };
  const ballot = new Ballot(cluster, write, replies);
  await cluster.debts.record(ballot.debts);
  ballot.requireQuorum();
  return {
    kind: "acknowledged",
    replies,
    shards: ballot.taskShards(),
    meta: ballot.meta(),
    owe: (node) => cluster.debts.record(ballot.debtsOf(node.id, shardsByNode.get(node) ?? [])),
  };
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

async function send(
  cluster: Cluster,
  write: ShardedWrite,
  shardsByNode: Map<NodeInfo, number[]>,
): Promise<WriteReply[]> {
  const { transport, clock, health, lanes, options, debts } = cluster;
  health.refresh();
  const deadline = Deadline.start(clock, write.call.timeoutMs ?? options.writeTimeoutMs);
  try {
    const targets = [...shardsByNode].map(([node, shards]) => {
      const isOwed = (shard: number, id: string) => debts.ledger.owesAny(write.index, { node: node.id, shard }, [id]);
      return { node, requests: write.requests(node, shards, isOwed) };
    });
    const attemptTimeoutMs = deadline.remainingMs;
    const lane = write.index;
    return await sendWrites(targets, {
      ...{ transport, clock, deadline, health, lanes, attemptTimeoutMs, lane, cancel: write.signal },
    });
  } finally {
    deadline.end();
  }
}

/** Counts the acknowledgements of one write, shard by shard. */
class Ballot {
  readonly #cluster: Cluster;
  readonly #write: ShardedWrite;
  readonly #replies: readonly WriteReply[];
  readonly #acknowledged: ReadonlySet<string>;
  readonly #consistency: WriteConsistency;
  /** Acknowledgements that do not count, because the replica owed an earlier write: node and shard. */
  readonly #void: ReadonlySet<string>;
  readonly debts: readonly Debt[];

  constructor(cluster: Cluster, write: ShardedWrite, replies: readonly WriteReply[]) {
    this.#cluster = cluster;
    this.#write = write;
    this.#replies = replies;
    this.#acknowledged = new Set(
      replies.filter(({ verdict }) => verdict === "acknowledged").map(({ node }) => node.id),
    );
    this.#consistency = write.call.consistency ?? cluster.options.writeConsistency;
    this.#void = this.#findVoid();
    this.debts = this.#findDebts();
  }

  /** @throws MiroirError `miroir_no_quorum` naming shards and nodes, and saying what was written all the same */
  requireQuorum(): void {
    const below = belowQuorum({
      shards: this.#write.idsByShard.keys(),
      groups: this.#cluster.topology.groups,
      consistency: this.#consistency,
      counts: (node, shard) => this.#counts(node, shard),
    });
    if (below.length === 0) return;
    const attempts = this.#replies.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
    const reasons = attempts.map(({ node, reason }) => `node \`${node}\` ${reason}`).join("; ");
    const total = this.#write.idsByShard.size;
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
    return [...this.#write.idsByShard.keys()].map((shard) => {
      const nodes = this.#owners(shard).filter((node) => this.#counts(node, shard));
      const replicas = this.#cluster.topology.replicationFactor;
      return { nodes, required: Math.min(nodes.length, requiredReplicas(replicas, this.#consistency)) };
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

  /** What a node owes when its acknowledgement of these shards turns out to be worth nothing. */
  debtsOf(node: string, shards: readonly number[]): Debt[] {
    const { index, stamp, idsByShard } = this.#write;
    return shards.map((shard) => ({ index, shard, node, ids: idsByShard.get(shard) ?? "all", stamp }));
  }

  #owners(shard: number): string[] {
    return this.#cluster.topology.groups.flatMap(({ table }) => table[shard] ?? []);
  }

  #counts(node: string, shard: number): boolean {
    return this.#acknowledged.has(node) && !this.#void.has(`${shard}/${node}`);
  }

  #findVoid(): Set<string> {
    const { index, idsByShard } = this.#write;
    const { ledger } = this.#cluster.debts;
    const found = new Set<string>();
    for (const [shard, ids] of idsByShard) {
      for (const node of this.#owners(shard)) {
        if (ledger.owesAny(index, { node, shard }, ids)) found.add(`${shard}/${node}`);
      }
    }
    return found;
  }

  /**
   * Every owner without an acknowledgement that counts owes the write, as soon as it reached, or may have reached,
   * another owner of the shard. A sole owner has nobody to be repaired from and owes nothing.
   */
  #findDebts(): Debt[] {
    const reached = new Set(
      this.#replies
        .filter(({ verdict }) => verdict === "acknowledged" || verdict === "unknown")
        .map(({ node }) => node.id),
    );
    const debts: Debt[] = [];
    for (const shard of this.#write.idsByShard.keys()) {
      const owners = this.#owners(shard);
      for (const node of owners) {
        const isElsewhere = owners.some((other) => other !== node && reached.has(other));
        if (isElsewhere && !this.#counts(node, shard)) debts.push(...this.debtsOf(node, [shard]));
      }
    }
    return debts;
  }
}
