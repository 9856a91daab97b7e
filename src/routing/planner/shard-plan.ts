import type { JsonValue } from "../../core/types.ts";
import type { Filter } from "../filter/ast.ts";
import { FilterSyntaxError } from "../filter/failure.ts";
import { filterFromJson } from "../filter/from-json.ts";
import { pinnedIds } from "./pinned-ids.ts";
import { type FilterableRule, isRefusableByDocuments } from "./refusable.ts";
import type { WideReason } from "./wide-reason.ts";

/** The shards that can hold what a read looks for. */
export type ShardPlan =
  | { readonly shards: readonly number[] }
  | { readonly shards: "all"; readonly reason: WideReason };

/** What of a read's body decides where its documents can be. */
export interface FilteredRead {
  readonly filter?: JsonValue;
  readonly attributesToSearchOn?: JsonValue;
}

/** What the plan must know of the index and the cluster. */
export interface PlanContext {
  readonly primaryKey: string | null;
  readonly filterableAttributes: readonly FilterableRule[];
  /** Number of shards. */
  readonly shards: number;
  /** Most ids that a filter may pin; 0 plans nothing. */
  readonly mostIds: number;
  shardOf(id: string): number;
}

/** Longest filter that is looked at, in characters of its JSON; 200 UUIDs take so many. */
const LONGEST_FILTER = 8192;

/**
 * The shards that hold every document which can pass a read's filter, in ascending order; at least one, for somebody has
 * to judge the request. Reads that nodes could refuse or not, depending on their documents, go to all shards.
 */
export function planShards(read: FilteredRead, context: PlanContext): ShardPlan {
  const { primaryKey, mostIds, filterableAttributes } = context;
  if (mostIds === 0) return all("switchedOff");
  if (context.shards === 1) return all("oneShard");
  if ((read.filter ?? null) === null) return all("noFilter");
  if (primaryKey === null) return all("noPrimaryKey");
  // Below a dot, a filter also looks at objects in lists, where no id can be.
  if (primaryKey.includes(".")) return all("nestedPrimaryKey");
  // A node refuses to search on an attribute that none of its documents has.
  if ((read.attributesToSearchOn ?? null) !== null) return all("attributesToSearchOn");
  // Reading a filter takes time in proportion to its length, on every search.
  const text = JSON.stringify(read.filter);
  if (text.length > LONGEST_FILTER) return all("longFilter");
  if (!text.includes(primaryKey)) return all("keyNotNamed");
  const filter = readable(read.filter ?? null);
  if (filter === "unreadable") return all("unreadableFilter");
  if (filter === undefined) return all("noFilter");
  const pinned = pinnedIds(filter, { primaryKey, mostIds });
  if ("open" in pinned) return all(pinned.open);
  if (isRefusableByDocuments(filter, filterableAttributes)) return all("refusableFilter");
  const shards = new Set([...pinned.ids].map((id) => context.shardOf(id)));
  return { shards: shards.size === 0 ? [0] : [...shards].sort((a, b) => a - b) };
}

function all(reason: WideReason): ShardPlan {
  return { shards: "all", reason };
}

function readable(filter: JsonValue): Filter | undefined | "unreadable" {
  try {
    return filterFromJson(filter);
  } catch (error) {
    if (error instanceof FilterSyntaxError) return "unreadable";
    throw error;
  }
}
