import type { ScatterPart, ScatterResult } from "../execute/scatter.ts";

/**
 * The refusal to show, if any. A node that holds no document with an attribute refuses to search on it although others
 * know it: as long as one node answers, those that refuse so have nothing to add.
 */
export function refusalOf({ parts, refusals }: ScatterResult): ScatterPart | undefined {
  if (parts.length > 0 && refusals.every(isUnknownAttribute)) return undefined;
  return refusals[0];
}

/** Whether a node refused because it knows no document with an attribute that is searched on. */
export function isUnknownAttribute({ response }: ScatterPart): boolean {
  return (response.body as { code?: string } | undefined)?.code === "invalid_search_attributes_to_search_on";
}
