import type { JsonObject } from "../../../core/types.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import type { FederatedHit } from "./federated-hit.ts";
import type { IndexedQuery } from "./search-query.ts";

/** What the queries of one index found together. */
export interface IndexResult {
  readonly index: EmbeddedIndex;
  readonly queries: readonly { readonly position: number; readonly query: IndexedQuery }[];
  /** What was found in all; undefined when a single query by words found it. */
  readonly documents: ReadonlySet<JsonObject> | undefined;
  /** The hits that can be on the page. */
  readonly hits: readonly FederatedHit[];
  readonly total: number;
  /** Vectors of queries that want to see theirs, by position. */
  readonly vectors: JsonObject;
}
