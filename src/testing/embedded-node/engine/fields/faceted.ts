import type { EngineSettings } from "../contract.ts";
import { featuresOf, isFilterable, matchRule } from "./filterable.ts";
import { isWithin, matchAny, matchName, type NameMatch } from "./name-match.ts";

/** Custom ranking rules such as `year:asc`. */
const DIRECTED_RULE = /^(.+):(?:asc|desc)$/;

/** Tells which fields' values are indexed: filterable, facet searchable, sortable, distinct, or ranked by. */
export function facetedMatcher(settings: EngineSettings): (field: string) => NameMatch {
  const ranked = settings.rankingRules.flatMap((rule) => DIRECTED_RULE.exec(rule)?.[1] ?? []);
  const names = [...settings.sortableAttributes, ...ranked];
  const cache = new Map<string, NameMatch>();
  return (field) => {
    const known = cache.get(field);
    if (known !== undefined) return known;
    const found = matchAny(["filterable", "distinct", "ordered"], (use) => {
      if (use === "filterable") return matchFilterable(settings, field);
      if (use === "distinct") return matchDistinct(settings.distinctAttribute, field);
      return matchAny(names, (name) => matchName(name, field));
    });
    cache.set(field, found);
    return found;
  };
}

/** The first rule that covers the field decides whether it is indexed; any usable rule below it makes it a parent. */
function matchFilterable(settings: EngineSettings, field: string): NameMatch {
  let found: NameMatch = "none";
  let isDecided = false;
  for (const rule of settings.filterableAttributes) {
    const match = matchRule(rule, field);
    if (match === "none") continue;
    const features = featuresOf(rule);
    const isUsable = features.facetSearch || isFilterable(features);
    if (match === "match" && isUsable && !isDecided) return "match";
    if (match === "match") isDecided = true;
    else if (isUsable) found = "parent";
  }
  return found;
}

function matchDistinct(distinct: string | null, field: string): NameMatch {
  if (distinct === null) return "none";
  if (field === distinct) return "match";
  return isWithin(distinct, field) ? "parent" : "none";
}
