import type { JsonValue } from "../core/types.ts";
import { isTextList } from "./answer-shape.ts";
import type { FilterableAttribute } from "./search-view.ts";

/**
 * The facets to ask a node for: `*` would reach miroir's own filterable fields, so it is written out as the logical
 * filterable attributes. Patterns cannot be written out without knowing the documents; then `*` stays, and reserved
 * facets are removed from the answer. Null when the user asked for none, or for what a node refuses.
 */
export function expandFacets(
  facets: JsonValue | undefined,
  filterable: readonly FilterableAttribute[],
): string[] | null {
  if (!isTextList(facets)) return null;
  if (!facets.includes("*")) return [...facets];
  const attributes = filterable.flatMap(attributesOf);
  return attributes.some((name) => name.includes("*")) ? ["*"] : [...new Set(attributes)];
}

/** An attribute can be a facet when any filter operator is allowed on it, which is the default. */
function attributesOf(attribute: FilterableAttribute): readonly string[] {
  if (typeof attribute === "string") return [attribute];
  const filter = attribute.features?.filter;
  const isFilterable = (filter?.equality ?? true) || (filter?.comparison ?? false);
  return isFilterable ? attribute.attributePatterns : [];
}
