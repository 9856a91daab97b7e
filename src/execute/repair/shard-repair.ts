import type { Debt } from "../../cluster/debt.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { Lanes } from "../lane.ts";
import type { Operator } from "../operator.ts";
import { CopyTarget } from "./copy-target.ts";
import { type Correction, correct, elect } from "./reconcile.ts";
import { type ReplicaDocuments, type ReplicaSource, readReplica } from "./replica-reader.ts";

/** A shard of an index of which some replicas owe writes. */
export interface OwedShard {
  readonly row: IndexRow;
  readonly shard: number;
  /** Everybody who held the shard when this was planned. */
  readonly owners: readonly string[];
  readonly debts: readonly Debt[];
  readonly ids: readonly string[] | "all";
  /** One replica that has everything, or all replicas when each of them missed something. */
  readonly sources: readonly NodeInfo[];
  /** The sources whose word counts for a document. */
  authoritiesFor(id: string): readonly string[];
  readonly targets: readonly NodeInfo[];
}

/** What a {@link ShardRepair} works with. */
export interface ShardRepairContext {
  readonly operator: Operator;
  readonly lanes: Lanes;
  /** Shards of the cluster. */
  readonly shards: number;
  readonly signal: AbortSignal;
  /** Told whenever a node has answered a copy, or did not. */
  copied(node: NodeInfo): void;
}

/** `customMetadata` of the copies. */
const MARK = "miroir:repair";

/** One look at the owed documents of a shard, and the copies it finds necessary. */
export class ShardRepair {
  readonly #context: ShardRepairContext;
  readonly #owed: OwedShard;
  readonly #index: string;

  constructor(context: ShardRepairContext, owed: OwedShard) {
    this.#context = context;
    this.#owed = owed;
    this.#index = physicalUid(owed.row);
  }

  /** Copies what differs; true when nothing did. */
  async run(): Promise<boolean> {
    const { sources, targets } = this.#owed;
    if (this.#owed.row.primaryKey === null) return true; // an index without one has no documents
    const nodes = [...new Set([...sources, ...targets])];
    const read = await Promise.all(nodes.map(async (node) => [node.id, await this.#read(node)] as const));
    const byNode = new Map<string, ReplicaDocuments>(read);
    const truth = elect(byNode, (id) => this.#owed.authoritiesFor(id));
    let isEqual = true;
    for (const node of targets) {
      const correction = correct(truth, byNode.get(node.id) ?? new Map());
      if (correction.put.length === 0 && correction.remove.length === 0) continue;
      isEqual = false;
      await this.#apply(node, correction);
    }
    return isEqual;
  }

  #read(node: NodeInfo): Promise<ReplicaDocuments> {
    const { operator, shards, signal } = this.#context;
    const { row, shard, ids } = this.#owed;
    const source: ReplicaSource = { operator, index: this.#index, primaryKey: row.primaryKey ?? "", shards, signal };
    return readReplica(source, node, { shard, ids });
  }

  /** In the lane of the node's writes, so that no write of this process overtakes the copy it was compared with. */
  async #apply(node: NodeInfo, correction: Correction): Promise<void> {
    const { operator, lanes, signal, copied } = this.#context;
    const primaryKey = this.#owed.row.primaryKey ?? "";
    const target = new CopyTarget(node, { operator, index: this.#index, primaryKey, mark: MARK });
    const send = () => target.send(correction, signal).finally(() => copied(node));
    const taskUids = await lanes.run(`${node.id}/${this.#index}`, send);
    for (const taskUid of taskUids) await target.applied(taskUid, signal);
  }
}
