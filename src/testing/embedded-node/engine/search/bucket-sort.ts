import { DocSet } from "../doc-set.ts";
import type { QueryGraph } from "../query/graph.ts";
import type { BucketSource, RankingRule } from "../rules/rule.ts";
import { globalScore, type RuleScore } from "../rules/score.ts";

/** What is to be sorted, and how far. */
export interface BucketSortOptions {
  readonly universe: DocSet;
  /** Undefined in a placeholder search. */
  readonly query: QueryGraph | undefined;
  readonly rules: readonly RankingRule[];
  /** How many hits are wanted. */
  readonly limit: number;
  /** Keeps on sorting up to this many hits; at least `limit`. */
  readonly evaluate: number;
  readonly threshold: number | undefined;
  /** Keys by which documents are duplicates of each other; none = never. */
  readonly distinctKeys: ((docid: number) => readonly string[]) | undefined;
}

/** A document with how it did under every rule. */
export interface RankedDoc {
  readonly docid: number;
  readonly scores: readonly RuleScore[];
}

/** The best documents in order, and everything that counts as found. */
export interface BucketSortResult {
  readonly hits: readonly RankedDoc[];
  readonly candidates: DocSet;
}

/** Sorts by the first rule, each of its buckets by the second, and so on; stops as soon as enough hits are placed. */
export function bucketSort(options: BucketSortOptions): BucketSortResult {
  const sorter = new BucketSorter(options);
  if (options.rules.length === 0) sorter.place(options.universe, []);
  else if (options.evaluate > 0) sorter.sort(0, { docs: options.universe, query: options.query, scores: [] });
  return { hits: sorter.hits.slice(0, options.limit), candidates: sorter.candidates };
}

interface Level {
  readonly docs: DocSet;
  readonly query: QueryGraph | undefined;
  readonly scores: readonly RuleScore[];
}

class BucketSorter {
  readonly hits: RankedDoc[] = [];
  candidates: DocSet;
  readonly #options: BucketSortOptions;
  /** Duplicates of placed documents. */
  readonly #duplicates = DocSet.empty();
  readonly #seenKeys = new Set<string>();
  #holders: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(options: BucketSortOptions) {
    this.#options = options;
    this.candidates = options.universe;
  }

  sort(depth: number, level: Level): void {
    const source: BucketSource | undefined = this.#options.rules[depth]?.start(level.docs, level.query);
    let left = level.docs;
    while (source !== undefined && !this.#isDone() && !left.isEmpty) {
      const bucket = source.next(left);
      if (bucket === undefined) return;
      left = left.andNot(bucket.docs);
      const scores = [...level.scores, bucket.score];
      if (this.#isBelowThreshold(scores)) this.candidates = this.candidates.andNot(bucket.docs).andNot(left);
      else if (depth === this.#options.rules.length - 1) this.place(bucket.docs, scores);
      else this.sort(depth + 1, { docs: bucket.docs, query: bucket.query, scores });
      left = left.andNot(this.#duplicates);
    }
  }

  /** Adds documents that every rule finds equal, in order of their numbers. */
  place(docs: DocSet, scores: readonly RuleScore[]): void {
    for (const docid of docs) {
      if (this.#duplicates.has(docid)) continue;
      if (this.#options.rules.length === 0 && this.#isDone()) break;
      this.#dropDuplicates(docid);
      if (!this.#isDone()) this.hits.push({ docid, scores });
    }
  }

  #isDone(): boolean {
    return this.hits.length >= this.#options.evaluate;
  }

  #isBelowThreshold(scores: readonly RuleScore[]): boolean {
    const { threshold } = this.#options;
    return threshold !== undefined && globalScore(scores) < threshold;
  }

  #dropDuplicates(docid: number): void {
    const { distinctKeys, universe } = this.#options;
    if (distinctKeys === undefined) return;
    this.#holders ??= holdersOf(universe, distinctKeys);
    const dropped = DocSet.empty();
    for (const key of distinctKeys(docid)) {
      if (this.#seenKeys.has(key)) continue;
      this.#seenKeys.add(key);
      for (const holder of this.#holders.get(key) ?? []) if (holder !== docid) dropped.add(holder);
    }
    for (const duplicate of dropped) this.#duplicates.add(duplicate);
    this.candidates = this.candidates.andNot(dropped);
  }
}

/** Keeps the first of every group of duplicates. */
export function firstOfEach(docs: DocSet, distinctKeys: (docid: number) => readonly string[]): DocSet {
  const kept = DocSet.empty();
  const seen = new Set<string>();
  for (const docid of docs) {
    const keys = distinctKeys(docid);
    if (keys.some((key) => seen.has(key))) continue;
    for (const key of keys) seen.add(key);
    kept.add(docid);
  }
  return kept;
}

function holdersOf(
  universe: DocSet,
  distinctKeys: (docid: number) => readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const holders = new Map<string, number[]>();
  for (const docid of universe) {
    for (const key of distinctKeys(docid)) {
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [docid]);
      else known.push(docid);
    }
  }
  return holders;
}
