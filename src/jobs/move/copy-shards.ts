import type { Cluster } from "../../routes/cluster.ts";
import { groupBy } from "../../util/group-by.ts";
import { sideBySide } from "../../util/side-by-side.ts";
import { Pace } from "../pace.ts";
import { type CopyCursor, type CopyMark, type CopyStream, planStreams } from "./copy-cursor.ts";
import { fitSources } from "./fit-sources.ts";
import { type Arrival, ShardCopy, type ShardCopyContext } from "./shard-copy.ts";
import { type IndexMove, indexMoves, type MoveOrder } from "./shard-move.ts";

/** How shards are copied. */
export interface CopyOptions {
  /** `customMetadata` of the copies' tasks, by which a later driver finds them. */
  readonly mark: string;
  /** Where an earlier call came to, for the same order. @default the beginning */
  readonly cursor?: CopyCursor;
  /** @default unlimited */
  readonly documentsPerSecond?: number;
  /** Tasks in a target's queue from which on it is left alone. @default 20 */
  readonly queueDepth?: number;
  readonly signal: AbortSignal;
  /** Told whenever documents have arrived. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** How far a copy is. */
export interface CopyProgress {
  /** Logical uid of the index whose documents arrived last. */
  readonly index: string;
  /** Documents that have arrived, and their size in bytes, about. */
  readonly documents: number;
  readonly bytes: number;
  /** Documents to copy, as counted at the beginning. */
  readonly total: number;
  /** Where a later call can go on. */
  readonly cursor: CopyCursor;
}

/** What a copy did. */
export type CopyReport = Omit<CopyProgress, "index">;

const QUEUE_DEPTH = 20;

/**
 * Copies all documents of moving shards from their owners to the nodes that get them: replaced whole, with vectors, hidden
 * and reserved fields. Writers may go on meanwhile: what they change behind the copy is found by the next call, which
 * goes on from the cursor, and at last by the comparison; so is what they delete.
 * @throws NodeTaskFailed | OperatorCallFailed naming node and reason; a later call goes on from the last cursor
 */
export async function copyShards(cluster: Cluster, order: MoveOrder, options: CopyOptions): Promise<CopyReport> {
  const { mark, queueDepth = QUEUE_DEPTH, documentsPerSecond = Number.POSITIVE_INFINITY } = options;
  const context = { cluster, mark, queueDepth, pace: new Pace(cluster.clock, documentsPerSecond) };
  const moves = await indexMoves(cluster, order);
  const plans = moves.flatMap((move) => {
    const sources = fitSources(cluster, move);
    return planStreams({ ...move, sources, cursor: options.cursor ?? [] }).map((stream) => ({ move, stream }));
  });
  const tally = new Tally(options, plans);
  const byTarget = groupBy(plans, ({ stream }) => stream.target);
  await sideBySide(
    options.signal,
    [...byTarget.values()].map((own) => (signal) => copyInTurn({ ...context, signal }, own, tally)),
  );
  return tally.report;
}

interface PlannedStream {
  readonly move: IndexMove;
  readonly stream: CopyStream;
}

async function copyInTurn(context: ShardCopyContext, plans: readonly PlannedStream[], tally: Tally): Promise<void> {
  const copies = plans.map((plan) => ({ plan, copy: new ShardCopy(context, plan.move, plan.stream) }));
  for (const { copy } of copies) tally.expect(await copy.count());
  for (const { plan, copy } of copies) await copy.run((arrival) => tally.arrived(plan, arrival));
}

/** Adds up what has arrived, and keeps the cursor. */
class Tally {
  readonly #options: CopyOptions;
  readonly #marks = new Map<PlannedStream, CopyMark>();
  #documents = 0;
  #bytes = 0;
  #total = 0;

  constructor(options: CopyOptions, plans: readonly PlannedStream[]) {
    this.#options = options;
    for (const plan of plans) if (plan.stream.from !== undefined) this.#reach(plan, plan.stream.from);
  }

  expect(documents: number): void {
    this.#total += documents;
  }

  arrived(plan: PlannedStream, { documents, bytes, through }: Arrival): void {
    this.#documents += documents;
    this.#bytes += bytes;
    this.#reach(plan, through);
    this.#options.onProgress?.({ ...this.report, index: plan.move.row.uid });
  }

  get report(): CopyReport {
    const cursor = [...this.#marks.values()];
    return { documents: this.#documents, bytes: this.#bytes, total: this.#total, cursor };
  }

  #reach(plan: PlannedStream, through: string): void {
    const { source, target, shards } = plan.stream;
    this.#marks.set(plan, { index: plan.move.index, source, target, shards, through });
  }
}
