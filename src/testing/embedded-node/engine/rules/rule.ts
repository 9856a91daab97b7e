import type { DocSet } from "../doc-set.ts";
import type { QueryGraph } from "../query/graph.ts";
import type { RuleScore } from "./score.ts";

/** Documents that a rule finds equal, and what of the query they matched by. */
export interface Bucket {
  readonly docs: DocSet;
  readonly score: RuleScore;
  /** Undefined in a placeholder search. */
  readonly query: QueryGraph | undefined;
}

/** A ranking rule: splits documents into buckets, best first. It is started anew for every bucket of the rule before it. */
export interface RankingRule {
  start(universe: DocSet, query: QueryGraph | undefined): BucketSource;
}

/** Hands out the buckets of one start; documents leave the universe when they are placed or found to be duplicates. */
export interface BucketSource {
  /** The next bucket, perhaps empty, or undefined when the rule has no more. */
  next(universe: DocSet): Bucket | undefined;
}
