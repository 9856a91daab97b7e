/** What is wrong with a node, as those see it who reach it through a {@link FaultProxy}. */
export type Fault =
  | { readonly kind: "none" }
  /** Every answer comes so much later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** In turn refuses connections and works, each for so long. */
  | { readonly kind: "flapping"; readonly ms: number }
  /** Takes connections and requests, and never answers. */
  | { readonly kind: "blackhole" }
  /** Searches are answered 503 `too_many_search_requests`. */
  | { readonly kind: "overloaded"; readonly retryAfterSeconds: number }
  /** Documents are taken and dropped, and their tasks succeed at once. */
  | { readonly kind: "discarding" };

/** What went through a {@link FaultProxy}. */
export interface Traffic {
  readonly searches: number;
  readonly others: number;
}
