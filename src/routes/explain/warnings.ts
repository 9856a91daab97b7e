import type { JsonObject } from "../../core/types.ts";
import type { SearchView } from "../../merge/search-view.ts";
import { requiredHits, windowOf } from "../../merge/search-window.ts";
import type { CallOptions } from "../cluster.ts";

/** Hits from which on a page is called long. */
const LONG_PAGE = 1000;

/** What may surprise whoever sends this search. */
export function warningsFor(request: JsonObject, view: SearchView, { settingsVersion }: CallOptions): string[] {
  const required = requiredHits(windowOf(request));
  const { maxTotalHits } = view;
  return [
    ...(required > maxTotalHits
      ? [
          `The page ends at hit ${required}, but \`pagination.maxTotalHits\` is ${maxTotalHits}: hits behind that are never shown.`,
        ]
      : []),
    ...(Math.min(required, maxTotalHits) >= LONG_PAGE
      ? [`The page ends at hit ${required}: every node ranks its share of all hits before that.`]
      : []),
    ...(settingsVersion === undefined
      ? []
      : ["`settingsVersion` is not looked at here: a search asks the nodes which version they have applied."]),
    ...unsortable(request, view).map(
      (attribute) => `\`${attribute}\` is not sortable: the nodes will refuse the search.`,
    ),
  ];
}

function unsortable({ sort }: JsonObject, { sortableAttributes }: SearchView): string[] {
  if (!Array.isArray(sort)) return [];
  return sort.flatMap((rule) => {
    const attribute = typeof rule === "string" ? rule.replace(/:(asc|desc)$/, "") : "";
    const name = attribute.startsWith("_geoPoint(") ? "_geo" : attribute;
    return name === "" || isNamed(name, sortableAttributes) ? [] : [name];
  });
}

/** Whether a list of names or patterns has an attribute, or the object that it lies in. */
function isNamed(attribute: string, names: readonly string[]): boolean {
  return names.some((name) => {
    const stem = name.replace(/\*$/, "");
    return name.endsWith("*") ? attribute.startsWith(stem) : attribute === name || attribute.startsWith(`${name}.`);
  });
}
