import type { BenchResult } from "../measure.ts";

/** How much is measured. */
export interface BenchSize {
  /** Documents that are searched. */
  readonly corpus: number;
  readonly rounds: number;
  /** Searches of one turn, one after the other. */
  readonly sequential: number;
  /** Searches of one turn, sixteen at a time. */
  readonly concurrent: number;
  readonly warmUp: number;
  /** Batches of the pure benchmarks. */
  readonly batches: number;
  readonly loadRounds: number;
  readonly loadDocuments: number;
  /** Whether a cluster with two copies takes part. */
  readonly isReplicated: boolean;
}

/** A run that takes minutes. */
export const FULL: BenchSize = {
  ...{ corpus: 10_000, rounds: 9, sequential: 60, concurrent: 160, warmUp: 800, batches: 40 },
  ...{ loadRounds: 3, loadDocuments: 10_000, isReplicated: true },
};

/** A run under 45 seconds. */
export const QUICK: BenchSize = {
  ...{ corpus: 1000, rounds: 3, sequential: 30, concurrent: 96, warmUp: 200, batches: 15 },
  ...{ loadRounds: 1, loadDocuments: 1000, isReplicated: false },
};

/** What a benchmark gives back. */
export type BenchResults = readonly BenchResult[];
