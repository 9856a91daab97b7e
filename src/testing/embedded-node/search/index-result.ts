import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import type { FederatedHit } from "./federated-hit.ts";
import type { IndexedQuery } from "./search-query.ts";

/** What the queries of one index found together. */
export interface IndexResult {
  readonly index: EmbeddedIndex;
  readonly queries: readonly { readonly position: number; readonly query: IndexedQuery }[];
  /** Every document that was looked at, best occurrence first. */
  readonly found: readonly FederatedHit[];
  /** Those of `found` that can be on the page. */
  readonly hits: readonly FederatedHit[];
  readonly total: number;
}
