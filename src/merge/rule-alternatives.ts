import type { JsonValue } from "../core/types.ts";
import { constraintSets } from "../routing/filter/constraints.ts";
import { FilterSyntaxError } from "../routing/filter/failure.ts";
import { filterFromJson } from "../routing/filter/from-json.ts";
import type { SearchView } from "./search-view.ts";

/**
 * Whether nodes hold all of a user's filter against the conditions of search rules: they look at so many ways through a
 * filter only, and the shards they are asked for multiply them.
 */
export function isHeldWhole(filter: JsonValue | undefined, { searchRules }: Pick<SearchView, "searchRules">): boolean {
  const most = searchRules?.mostAlternatives;
  if (most === undefined || filter === undefined || filter === null) return true;
  try {
    const parsed = filterFromJson(filter);
    return parsed === undefined || constraintSets(parsed).length <= most;
  } catch (error) {
    if (error instanceof FilterSyntaxError) return true; // a node refuses it
    throw error;
  }
}
