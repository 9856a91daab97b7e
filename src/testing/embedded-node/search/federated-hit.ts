import type { JsonObject } from "../../../core/types.ts";
import type { WeightedKey } from "../../../merge/federation/weighted-value.ts";

/** One hit of one federated query with what decides its place. */
export interface FederatedHit {
  readonly hit: JsonObject;
  readonly indexUid: string;
  /** The whole document behind the hit. */
  readonly document: JsonObject | undefined;
  readonly isByVector: boolean;
  readonly key: WeightedKey;
  /** The place that a search rule gives it; it competes with no other hit then. */
  readonly pinnedTo: number | undefined;
}
