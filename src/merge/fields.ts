import type { JsonObject } from "../core/types.ts";
import { isReserved } from "../routing/reserved.ts";
import { objectsOf } from "./answer-shape.ts";
import { coversPath } from "./attribute-path.ts";
import { compareCodePoints } from "./code-points.ts";
import { bodiesInOrder, type Part } from "./part.ts";

/** How the nodes' lists of fields become one page. */
export interface FieldsMerge {
  readonly offset: number;
  readonly limit: number;
  /** The user's own list: nodes display more than users may see. */
  readonly displayedAttributes: readonly string[];
  /** Shows only fields that are displayed, or only others; undefined for both. */
  readonly displayed?: boolean;
}

/**
 * Merges complete answers of `POST indexes/:uid/fields`: each node knows the fields of its own documents, what the
 * settings say of them is the same on all. In the server's order, then paged.
 */
export function mergeFields(parts: readonly Part[], merge: FieldsMerge): JsonObject {
  const byName = new Map<string, JsonObject>();
  for (const field of bodiesInOrder(parts).flatMap((body) => objectsOf(body["results"], "`results`"))) {
    const name = String(field["name"]);
    if (!isReserved(name)) byName.set(name, field);
  }
  const { offset, limit, displayed } = merge;
  const names = [...byName.keys()].sort(compareCodePoints);
  const all = names.flatMap((name) => {
    const enabled = merge.displayedAttributes.some((attribute) => coversPath(attribute, name));
    const field = { ...byName.get(name), displayed: { enabled } };
    return displayed === undefined || displayed === enabled ? [field] : [];
  });
  return { results: all.slice(offset, offset + limit), offset, limit, total: all.length };
}
