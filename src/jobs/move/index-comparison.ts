import type { Cluster } from "../../routes/cluster.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { decodeStamp } from "../../routing/stamp.ts";
import { Pace } from "../pace.ts";
import type { Copies, Copy } from "../verify/judge-copies.ts";
import { mergeStamps, type StampedCopies } from "../verify/merge-stamps.ts";
import { readCopies } from "../verify/read-copies.ts";
import { ReplicaCursor } from "../verify/replica-cursor.ts";
import { shardOfId, type VerifyContext } from "../verify/verify-context.ts";
import { judgeMove, type MoveDifferenceKind } from "./judge-move.ts";
import { type IndexMove, nodeOf, type ShardMove, shardsOn } from "./shard-move.ts";

/** A document of which nodes have different copies. */
export interface DifferingDocument {
  /** Physical uid. */
  readonly index: string;
  readonly shard: number;
  readonly id: string;
}

/** A document that a node which gets its shard does not have as the owners do. */
export interface MoveDifference extends DifferingDocument {
  readonly node: string;
  readonly kind: MoveDifferenceKind;
}

/** What a comparison found. */
export interface MoveComparison {
  /** Documents compared. */
  readonly documents: number;
  /** What can be mended: all owners agree. */
  readonly differences: readonly MoveDifference[];
  /** Documents that the owners disagree about: repair has to pay what is owed before anything can be compared. */
  readonly ownersDiffer: readonly DifferingDocument[];
  /** Whether there was too much to list; what is listed can be mended all the same. */
  readonly isCut: boolean;
}

/** How copies are compared. */
export interface ComparisonOptions {
  /** Compares the contents of all documents, not only of those whose stamp does not imply it. @default false */
  readonly content?: boolean;
  readonly signal: AbortSignal;
}

/** Documents with differences that are listed. */
const MOST_LISTED = 50_000;

/** Documents whose contents are read together. */
const CONTENTS = 2000;

/** Compares the copies of the moving shards of one index. */
export class IndexComparison {
  readonly #context: VerifyContext;
  readonly #move: IndexMove;
  readonly #movesByShard: ReadonlyMap<number, ShardMove>;
  /** Copies of documents that some node has not, or not with the same stamp. */
  readonly #suspects = new Map<string, Map<string, Copy>>();
  /** Documents that are equal if their contents are. */
  readonly #derived: string[] = [];
  readonly #differences: MoveDifference[] = [];
  readonly #ownersDiffer: DifferingDocument[] = [];
  #documents = 0;

  constructor(cluster: Cluster, move: IndexMove, { content = false, signal }: ComparisonOptions) {
    const { row, index, primaryKey, topology, moves } = move;
    const ids = new Set(moves.flatMap(({ from, to }) => [...from, ...to]));
    this.#move = move;
    this.#movesByShard = new Map(moves.map((each) => [each.shard, each]));
    this.#context = {
      ...{ operator: cluster.operator, cluster, row, index, primaryKey, topology, signal },
      ...{ nodes: [...ids].map((id) => nodeOf(cluster, id)), byContent: content },
      pace: new Pace(cluster.clock, Number.POSITIVE_INFINITY),
    };
  }

  async run(): Promise<MoveComparison> {
    const { nodes, topology } = this.#context;
    const cursors = nodes.map((node) => {
      return new ReplicaCursor(this.#context, node, shardFilter(topology.shards, shardsOn(this.#move, node.id)));
    });
    let isCut = false;
    for await (const group of mergeStamps(cursors)) {
      this.#compare(group);
      if (this.#derived.length >= CONTENTS) await this.#compareContents();
      isCut = this.#suspects.size + this.#differences.length >= MOST_LISTED;
      if (isCut) break;
    }
    await this.#compareContents();
    for (const [id, copies] of this.#suspects) this.#judge(id, copies);
    const [differences, ownersDiffer] = [this.#differences, this.#ownersDiffer];
    return { documents: this.#documents, differences, ownersDiffer, isCut };
  }

  #compare({ stamp, copies }: StampedCopies): void {
    const isDerived = !this.#context.byContent && decodeStamp(stamp).derived;
    for (const [id, hashes] of copies) {
      this.#documents += 1;
      const move = this.#movesByShard.get(shardOfId(this.#context, id));
      if (move === undefined) continue;
      const isWhole = hashes.size === move.from.length + move.to.length && new Set(hashes.values()).size === 1;
      if (isWhole && isDerived) this.#derived.push(id);
      if (isWhole) continue;
      const known = this.#suspects.get(id) ?? new Map<string, Copy>();
      this.#suspects.set(id, known);
      for (const [node, hash] of hashes) known.set(node, { stamp, hash });
    }
  }

  async #compareContents(): Promise<void> {
    const contents = await readCopies(this.#context, this.#derived.splice(0));
    for (const [id, copies] of contents) this.#judge(id, copies);
  }

  #judge(id: string, copies: Copies): void {
    const shard = shardOfId(this.#context, id);
    const move = this.#movesByShard.get(shard);
    const verdict = move && judgeMove(move, copies);
    if (verdict === undefined) return;
    const document = { index: this.#move.index, shard, id };
    if (verdict.kind === "owners-differ") this.#ownersDiffer.push(document);
    else for (const [node, kind] of verdict.targets) this.#differences.push({ ...document, node, kind });
  }
}
