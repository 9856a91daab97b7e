import type { Attempt } from "./attempt.ts";

/** Which shards an answer stands on. */
export interface Coverage {
  readonly shards: {
    readonly total: number;
    readonly ok: number;
    readonly failed: number;
    /** Shards that were not asked, because they cannot hold what the request looks for. */
    readonly skipped: number;
  };
  /** Shards that nobody answered for. */
  readonly missing: readonly number[];
  /** Shards answered by a replica that is known to have missed a write. */
  readonly indebted: readonly number[];
}

/** What a write left behind. */
export interface WriteReceipt {
  /** Replicas that acknowledged, and those that did not and now owe the write. */
  readonly acknowledged: readonly string[];
  readonly indebted: readonly string[];
  /** Shards whose write reached fewer replicas than it should. */
  readonly degradedShards: readonly number[];
}

/** How a read was carried out. */
export interface ReadWork {
  /** Requests that were sent to nodes, repeated ones and those of hedges included. */
  readonly requests: number;
  /** Times that other replicas were asked beside a slow node, and that they answered first. */
  readonly hedges: { readonly fired: number; readonly won: number };
  /** The answers that were used: for how many shards, and milliseconds from request to answer. */
  readonly answers: readonly { readonly node: string; readonly shards: number; readonly tookMs: number }[];
}

/** What a search over several nodes took. */
export interface SearchWork {
  /** Hits that nodes sent, those that the answer does not show included. */
  readonly hitsParsed: number;
  /** Nodes that were asked again because they were asked for too little at first; see `adaptiveLimits`. */
  readonly topUps: number;
  /**
   * Of a deep page, whether its hits were ranked first and fetched then, or fetched with all hits before them after all
   * because they changed meanwhile or a replica failed.
   */
  readonly twoStep?: "used" | "fell back";
}

/** What miroir knows about an answer and Meilisearch's body has no place for. */
export interface Meta {
  /** Ids of the nodes whose answers were used. */
  readonly nodes: readonly string[];
  /** True when shards are missing, replicas with debt answered, or a write reached fewer replicas than it should. */
  readonly degraded: boolean;
  /** False when some aspect may differ from what one node with all documents would say; `reasons` says which. */
  readonly exact: boolean;
  readonly reasons: readonly string[];
  /** True when a node took all the time that the index's settings give it, so that it may have ranked less than asked. */
  readonly mayBeCutOff?: boolean;
  /** True when the state store did not answer, so that owners of shards may have changed without this process. */
  readonly stale?: boolean;
  readonly coverage?: Coverage;
  /** Of a read: whether fewer than all shards were asked, because the others cannot hold what it looks for. */
  readonly narrowed?: boolean;
  readonly read?: ReadWork;
  /** Version of the index's settings that the nodes asked have accepted; of a change of settings, the version it makes. */
  readonly settingsVersion?: number;
  readonly write?: WriteReceipt;
  /** Of a search of one index by words or by vector. */
  readonly search?: SearchWork;
  /** True when this answer was another identical call's as well, which asked the nodes; see `coalesceSearches`. */
  readonly shared?: boolean;
  /** Requests that failed on the way to this answer. */
  readonly failures: readonly Attempt[];
}

const META = Symbol.for("miroir.meta");

/** Puts what miroir knows on an answer, where neither JSON nor equality sees it. */
export function attachMeta<T>(body: T, meta: Meta | undefined): T {
  if (meta !== undefined && typeof body === "object" && body !== null) {
    Object.defineProperty(body, META, { value: meta, enumerable: false, configurable: true });
  }
  return body;
}

/**
 * What miroir knows about an answer of a cluster: coverage, replicas that acknowledged, exactness.
 * `undefined` for anything else, such as an answer of a client with a single `host`.
 */
export function metaOf(result: unknown): Meta | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  return (result as { [META]?: Meta })[META];
}
