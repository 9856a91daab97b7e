import type { AbsentNode } from "../find-nodes.ts";
import type { Difference, DifferenceKind } from "./judge-copies.ts";

/** What is wrong with one shard of an index. */
export interface ShardReport extends Readonly<Record<DifferenceKind, number>> {
  readonly shard: number;
  /** A few of the documents. */
  readonly examples: readonly Example[];
}

/** A document whose copy on a node is not as it should be. */
interface Example extends Difference {
  readonly id: string;
}

/** Documents of a node that no answer shows. */
export interface HiddenDocuments {
  readonly node: string;
  readonly documents: number;
  /** A few of their ids. */
  readonly examples: readonly string[];
}

/** What the verification of one index found. */
export interface IndexReport {
  readonly uid: string;
  /** Copies read, all nodes together. */
  readonly copies: number;
  /** The shards with differences, by number; a copy counts once. */
  readonly shards: readonly ShardReport[];
  /** Documents that some owner is known to have missed: not compared, since repair will pay. */
  readonly owed: number;
  /** Documents that were written too often to be compared. */
  readonly unsettled: number;
  /** On nodes that own no shard of them. */
  readonly strays: readonly HiddenDocuments[];
  /** Not written through miroir. */
  readonly untagged: readonly HiddenDocuments[];
  readonly absent: readonly AbsentNode[];
}

/** Examples of one shard, or of one node. */
const EXAMPLES = 5;

/** Collects what is found, in memory that does not grow with the findings. */
export class Findings {
  owed = 0;
  unsettled = 0;
  readonly #shards = new Map<number, { counts: Record<DifferenceKind, number>; examples: Example[] }>();
  readonly #strays = new Map<string, { documents: number; examples: string[] }>();

  difference(shard: number, id: string, differences: readonly Difference[]): void {
    const found = this.#shards.get(shard) ?? { counts: { missing: 0, extra: 0, stale: 0, different: 0 }, examples: [] };
    this.#shards.set(shard, found);
    for (const { node, kind } of differences) {
      found.counts[kind] += 1;
      if (found.examples.length < EXAMPLES) found.examples.push({ id, node, kind });
    }
  }

  stray(node: string, id: string): void {
    const found = this.#strays.get(node) ?? { documents: 0, examples: [] };
    this.#strays.set(node, found);
    found.documents += 1;
    if (found.examples.length < EXAMPLES) found.examples.push(id);
  }

  get shards(): ShardReport[] {
    return [...this.#shards]
      .map(([shard, { counts, examples }]) => ({ shard, ...counts, examples }))
      .sort((a, b) => a.shard - b.shard);
  }

  get strays(): HiddenDocuments[] {
    return [...this.#strays].map(([node, found]) => ({ node, ...found })).sort((a, b) => (a.node < b.node ? -1 : 1));
  }
}

/** Whether an index is as it should be: every copy compared and equal, nothing owed, nothing hidden. */
export function isSound({ shards, owed, strays, untagged, absent }: IndexReport): boolean {
  return owed === 0 && [shards, strays, untagged, absent].every(({ length }) => length === 0);
}
