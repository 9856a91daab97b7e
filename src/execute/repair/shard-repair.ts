import type { Debt } from "../../cluster/debt.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { NodeInfo } from "../../core/types.ts";
import { chunkByBytes } from "../../routing/payload/chunk.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import type { Lanes } from "../lane.ts";
import type { Operator } from "../operator.ts";
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
}

/** `customMetadata` of the copies. */
const MARK = "miroir:repair";

/** Largest body of a copy, in bytes. */
const COPY_BYTES = 10_000_000;

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
  async #apply(node: NodeInfo, { put, remove }: Correction): Promise<void> {
    const { operator, lanes, signal } = this.#context;
    const taskUids = await lanes.run(`${node.id}/${this.#index}`, async () => {
      const uids: number[] = [];
      for (const body of chunkByBytes(put.map(toJson), COPY_BYTES)) uids.push(await this.#send(node, { body }));
      if (remove.length > 0) uids.push(await this.#send(node, { remove }));
      return uids;
    });
    for (const taskUid of taskUids) {
      const task = await operator.waitForTask(node, taskUid, signal);
      if (task.status !== "succeeded") throw new Error(`node \`${node.id}\` failed a copy: ${task.error?.message}`);
    }
  }

  async #send(
    node: NodeInfo,
    copy: { readonly body: string } | { readonly remove: readonly string[] },
  ): Promise<number> {
    const { operator, signal } = this.#context;
    const path = `indexes/${this.#index}/documents`;
    const mark = new URLSearchParams({ customMetadata: MARK });
    const call =
      "remove" in copy
        ? { method: "POST" as const, path: `${path}/delete-batch`, query: mark.toString(), body: copy.remove }
        : {
            method: "POST" as const,
            path,
            query: `${mark}&primaryKey=${encodeURIComponent(this.#owed.row.primaryKey ?? "")}`,
            text: copy.body,
          };
    const { taskUid } = await operator.demand<{ taskUid: number }>(node, { ...call, signal, timeoutMs: 60_000 });
    return taskUid;
  }
}

function toJson({ fields }: RawRecord): string {
  return `{${fields.map(({ key, rawValue }) => `${JSON.stringify(key)}:${rawValue}`).join(",")}}`;
}
