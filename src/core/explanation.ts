/** What a search would ask of which node, as the process that explains it sees the cluster now. Nothing was asked. */
export interface Explanation {
  readonly index: string;
  /** Name of the index on the nodes. */
  readonly physicalIndex: string;
  /** Version of the topology. */
  readonly epoch: number;
  readonly settingsVersion: number;
  /** By words, by vector, or by both. */
  readonly kind: "keyword" | "semantic" | "hybrid";
  readonly shards: {
    readonly total: number;
    /** Those that can hold what the search looks for. */
    readonly asked: readonly number[];
    /** Of these, those that no replica could answer for, and those where only a replica could that owes writes. */
    readonly missing: readonly number[];
    readonly indebted: readonly number[];
  };
  /** Whether the filter leaves out shards. */
  readonly narrowed: boolean;
  /** Why it does not. */
  readonly whyNotNarrowed?: string;
  /** The requests; a search without a preference draws among equal replicas anew each time. */
  readonly nodes: readonly ExplainedNode[];
  /** Nodes that would not be asked, and why. */
  readonly leftOut: readonly { readonly node: string; readonly why: string }[];
  /** Whether the hits of the page are ranked first and fetched then. */
  readonly twoSteps: boolean;
  /** Whether the answer would be exactly one server's, as far as that can be told before; `reasons` says why not. */
  readonly exact: boolean;
  readonly reasons: readonly string[];
  /** What may surprise. */
  readonly warnings: readonly string[];
}

/** A request that a search would send. */
export interface ExplainedNode {
  readonly node: string;
  readonly url: string;
  readonly group: string;
  readonly shards: readonly number[];
  /** Hits that are asked for at first. */
  readonly hits: number;
  /** How long such a request takes there, in milliseconds; absent while this process does not know. */
  readonly expectedMs?: number;
  /** Requests of this process that are under way there. */
  readonly inFlight: number;
  /** After how many milliseconds others would be asked as well; absent when nobody would. */
  readonly hedgeAfterMs?: number;
}
