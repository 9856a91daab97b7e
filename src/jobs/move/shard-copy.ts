import type { NodeInfo } from "../../core/types.ts";
import { CopyTarget } from "../../execute/repair/copy-target.ts";
import { fetchRecords, type RecordSource, stampOf } from "../../execute/repair/fetch-records.ts";
import { walkStamps } from "../../execute/repair/walk-stamps.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_VERSION, shardFilter } from "../../routing/reserved.ts";
import type { Pace } from "../pace.ts";
import type { CopyStream } from "./copy-cursor.ts";
import { queueRoom } from "./queue-room.ts";
import { sendWhole } from "./send-whole.ts";
import { type IndexMove, isInForce, nodeOf } from "./shard-move.ts";
import { TaskWindow } from "./task-window.ts";

/** What a {@link ShardCopy} works with. */
export interface ShardCopyContext {
  readonly cluster: Cluster;
  readonly pace: Pace;
  /** `customMetadata` of the copies' tasks. */
  readonly mark: string;
  /** Tasks in the target's queue from which on it is left alone. */
  readonly queueDepth: number;
  readonly signal: AbortSignal;
}

/** Documents that have arrived. */
export interface Arrival {
  readonly documents: number;
  /** Of their JSON text, about. */
  readonly bytes: number;
  /** Stamp of the last one. */
  readonly through: string;
}

/** Ids and stamps of one page. */
const PAGE = 10_000;

/** Size of what is read and sent at once, in characters, and the number of documents that it is tried with first. */
const BATCH_CHARACTERS = 4_000_000;
const FIRST_BATCH = 200;
const LARGEST_BATCH = 2000;

/**
 * Copies shards of an index from one node to another, in the order of the stamps: first which documents there are, page by
 * page, then the documents themselves by their ids, as they are by then, so that memory grows with neither.
 */
export class ShardCopy {
  readonly #context: ShardCopyContext;
  readonly #move: IndexMove;
  readonly #source: NodeInfo;
  readonly #target: CopyTarget;
  readonly #stream: CopyStream;
  readonly #filter: string;
  #batch = FIRST_BATCH;

  constructor(context: ShardCopyContext, move: IndexMove, stream: CopyStream) {
    const { cluster, mark } = context;
    const { index, primaryKey } = move;
    this.#context = context;
    this.#move = move;
    this.#stream = stream;
    this.#source = nodeOf(cluster, stream.source);
    const options = { operator: cluster.operator, index, primaryKey, mark };
    this.#target = new CopyTarget(nodeOf(cluster, stream.target), options);
    this.#filter = shardFilter(move.topology.shards, stream.shards);
  }

  /** How many documents there are to copy. */
  async count(): Promise<number> {
    const { from } = this.#stream;
    const range = from === undefined ? "" : ` AND ${RESERVED_VERSION} >= "${from}"`;
    return (await fetchRecords(this.#records, this.#source, { filter: `${this.#filter}${range}`, limit: 0 })).total;
  }

  /** Copies everything there is; told of what has arrived. Ends early when the index is deleted meanwhile. */
  async run(arrived: (arrival: Arrival) => void): Promise<void> {
    try {
      await this.#run(arrived);
    } catch (error) {
      if (this.#context.signal.aborted || (await isInForce(this.#context.cluster, this.#move))) throw error;
    }
  }

  async #run(arrived: (arrival: Arrival) => void): Promise<void> {
    const { signal, cluster } = this.#context;
    const { row, primaryKey } = this.#move;
    const window = new TaskWindow((taskUid) => this.#target.applied(taskUid, signal));
    const { from } = this.#stream;
    const pages = walkStamps({
      ...{ filter: this.#filter, limit: PAGE, body: { fields: [primaryKey, RESERVED_VERSION] } },
      ...(from === undefined ? {} : { from }),
      fetch: (body) => fetchRecords(this.#records, this.#source, body),
    });
    for await (const { records } of pages) {
      for (let start = 0; start < records.length; ) {
        const batch = records.slice(start, start + this.#batch);
        start += batch.length;
        await cluster.registry.confirm(row.uid); // a node would create an index that was deleted meanwhile
        if (cluster.registry.holderOf(this.#move.index) === undefined) return;
        await this.#copy(batch, { window, arrived });
      }
    }
    await window.empty();
  }

  async #copy(
    batch: readonly RawRecord[],
    { window, arrived }: { readonly window: TaskWindow; readonly arrived: (arrival: Arrival) => void },
  ): Promise<void> {
    const { cluster, pace, queueDepth, signal } = this.#context;
    const ids = batch.map((record) => documentId(record, this.#move.primaryKey));
    const body = { ids, filter: this.#filter, limit: ids.length, retrieveVectors: true };
    const { records } = await fetchRecords(this.#records, this.#source, body);
    await pace.take(batch.length, signal);
    await queueRoom(cluster.operator, this.#target.node, { depth: queueDepth, signal });
    const taskUids = await sendWhole(cluster, this.#target, { put: records, remove: [] });
    const bytes = records.reduce((sum, record) => sum + lengthOf(record), 0);
    const average = bytes / Math.max(1, records.length);
    this.#batch = Math.min(LARGEST_BATCH, Math.max(1, Math.floor(BATCH_CHARACTERS / Math.max(1, average))));
    const whole = { documents: batch.length, bytes, through: stampOf(batch.at(-1)) };
    for (const [position, taskUid] of taskUids.entries()) {
      const isLast = position === taskUids.length - 1;
      await window.add({ taskUid, onApplied: () => (isLast ? arrived(whole) : undefined) });
    }
    if (taskUids.length === 0) arrived(whole);
  }

  get #records(): RecordSource {
    const { cluster, signal } = this.#context;
    return { operator: cluster.operator, index: this.#move.index, signal };
  }
}

function lengthOf({ fields }: RawRecord): number {
  return fields.reduce((sum, { key, rawValue }) => sum + key.length + rawValue.length + 4, 0);
}
