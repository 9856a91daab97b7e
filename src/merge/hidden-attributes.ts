import { mergeAttributes } from "../cluster/settings/merge-attributes.ts";
import type { SearchView } from "./search-view.ts";

/** Attributes that nodes display for the merge and users must not see; names are compared exactly, as the server does. */
export function hiddenExtras(view: SearchView): string[] {
  if (view.displayedAttributes.includes("*")) return [];
  return mergeAttributes(view).filter((name) => !view.displayedAttributes.includes(name));
}
