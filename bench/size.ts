/** How much is measured. */
export interface BenchSize {
  readonly name: "full" | "quick";
  /** Documents that are searched. */
  readonly corpus: number;
  /** Documents of 20 kB that are searched. */
  readonly bigCorpus: number;
  /** Nodes of the largest cluster. */
  readonly mostNodes: 4 | 8;
  /** Whether clusters of two and three nodes take part as well. */
  readonly hasAllClusters: boolean;
  readonly rounds: number;
  /** Searches of one turn, one after the other. */
  readonly sequential: number;
  /** Searches of one turn, sixteen at a time. */
  readonly concurrent: number;
  /** Searches of a kind that a client makes before it is measured: V8 compiles what a process does often, bit by bit. */
  readonly warmUp: number;
  /** Searches under the profiler, and of other counts. */
  readonly counted: number;
  /** Batches of the pure benchmarks. */
  readonly batches: number;
  /** Searches a second where they begin at fixed times. */
  readonly ratePerSecond: number;
  readonly loadSeconds: number;
  readonly indexingRounds: number;
  readonly indexedDocuments: number;
  /** Before a fault, and of the fault. */
  readonly healthySeconds: number;
  readonly faultSeconds: number;
  /** Of the file that streams through. */
  readonly streamedBytes: number;
}

/** A run of about half an hour. */
export const FULL: BenchSize = {
  ...{ name: "full", corpus: 10_000, bigCorpus: 400, mostNodes: 8, hasAllClusters: true },
  ...{ rounds: 5, sequential: 80, concurrent: 256, warmUp: 2000, counted: 250, batches: 40 },
  ...{ ratePerSecond: 60, loadSeconds: 3, indexingRounds: 3, indexedDocuments: 10_000 },
  ...{ healthySeconds: 4, faultSeconds: 6, streamedBytes: 1e9 },
};

/** A run of less than three minutes, to see that everything works. */
export const QUICK: BenchSize = {
  ...{ name: "quick", corpus: 1000, bigCorpus: 60, mostNodes: 4, hasAllClusters: false },
  ...{ rounds: 3, sequential: 24, concurrent: 64, warmUp: 120, counted: 100, batches: 15 },
  ...{ ratePerSecond: 40, loadSeconds: 1, indexingRounds: 1, indexedDocuments: 1000 },
  ...{ healthySeconds: 2, faultSeconds: 3, streamedBytes: 64e6 },
};
