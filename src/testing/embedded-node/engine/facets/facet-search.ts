import type { JsonObject } from "../../../../core/types.ts";
import { prefixDistance } from "../../../../routing/filter/distance.ts";
import { EngineError, type EngineSettings, type FacetSearchRequest } from "../contract.ts";
import type { DocSet } from "../doc-set.ts";
import { compareBytes } from "../fields/byte-order.ts";
import type { FieldIndex } from "../fields/field-index.ts";
import type { FieldPostings } from "../fields/field-postings.ts";
import { patternsWith, ruleOf } from "../fields/filterable.ts";
import { normalizeWord, utf8Length } from "../text/normalize.ts";

interface Hit {
  readonly value: string;
  readonly count: number;
}

/**
 * String values of one facet that begin like the query, typos allowed as in searches, with their counts among the
 * candidates. Throws {@link EngineError} when facet search is off or the attribute does not allow it.
 */
export function facetHits(
  index: FieldIndex,
  candidates: DocSet,
  request: FacetSearchRequest,
  settings: EngineSettings,
): JsonObject[] {
  checkFacetSearch(request.facetName, settings);
  const field = request.facetName;
  const postings = index.postings(field);
  if (postings === undefined) return [];
  const hits: Hit[] = [];
  for (const key of matchingKeys(postings, request, settings)) {
    const docids = [...(postings.strings.get(key) ?? [])];
    const count = docids.filter((docid) => candidates.has(docid)).length;
    if (count === 0) continue;
    const first = docids.reduce((least, docid) => Math.min(least, docid));
    hits.push({ value: index.values(first, field)?.strings.get(key) ?? key, count });
  }
  return best(hits, field, settings).map(({ value, count }) => ({ value, count }));
}

/** Refuses when the index or the attribute does not allow facet search. */
function checkFacetSearch(facet: string, settings: EngineSettings): void {
  if (!settings.facetSearch) {
    throw new EngineError("facet_search_disabled", "The facet search is disabled for this index");
  }
  const rule = ruleOf(settings.filterableAttributes, facet);
  if (rule?.features.facetSearch) return;
  const reason = rule === undefined ? availableText(settings) : disabledText(facet, rule.index);
  throw new EngineError("invalid_facet_search_facet_name", `Attribute \`${facet}\` is not facet-searchable. ${reason}`);
}

function availableText({ filterableAttributes, displayedAttributes }: EngineSettings): string {
  const advice = "To make it facet-searchable add it to the `filterableAttributes` index settings.";
  const patterns = patternsWith(filterableAttributes, (features) => features.facetSearch);
  const shown = displayedAttributes.includes("*")
    ? patterns
    : patterns.filter((pattern) => displayedAttributes.includes(pattern));
  if (shown.length === 0) return `This index does not have configured facet-searchable attributes. ${advice}`;
  const hidden = shown.length < patterns.length ? ", <..hidden-attributes>" : "";
  return `Available facet-searchable attributes patterns are: \`${shown.join(", ")}${hidden}\`. ${advice}`;
}

function disabledText(facet: string, rule: number): string {
  return `Note: this attribute matches rule #${rule} in filterableAttributes, but this rule does not enable facetSearch.\nHint: enable facetSearch in rule #${rule} by adding \`"facetSearch": true\` to the rule.\nHint: prepend another rule matching ${facet} with facetSearch: true before rule #${rule}`;
}

/** Normalised values that match, in the order the server meets them: of their searchable form, then of their own. */
function matchingKeys(postings: FieldPostings, request: FacetSearchRequest, settings: EngineSettings): string[] {
  const keys = [...postings.strings.keys()].sort(compareBytes);
  if (request.facetQuery === undefined || request.facetQuery === null) return keys;
  const matches = queryMatcher(normalizeWord(request.facetQuery), request.facetName, settings);
  return keys
    .map((key) => ({ key, searchable: normalizeWord(key) }))
    .filter(({ searchable }) => matches(searchable))
    .sort((a, b) => compareBytes(a.searchable, b.searchable))
    .map(({ key }) => key);
}

function queryMatcher(query: string, facet: string, { typoTolerance }: EngineSettings): (value: string) => boolean {
  if (!typoTolerance.enabled || typoTolerance.disableOnAttributes.includes(facet)) {
    return (value) => value.startsWith(query);
  }
  if (typoTolerance.disableOnWords.some((word) => normalizeWord(word) === query)) return (value) => value === query;
  const { oneTypo, twoTypos } = typoTolerance.minWordSizeForTypos;
  const length = utf8Length(query);
  if (length < oneTypo) return (value) => value.startsWith(query);
  const typos = length < twoTypos ? 1 : 2;
  return (value) => prefixDistance(query, value) <= typos;
}

/** The first ones, or those with the highest counts; equal counts are ordered from the greatest value down. */
function best(hits: readonly Hit[], facet: string, { faceting }: EngineSettings): readonly Hit[] {
  const order = faceting.sortFacetValuesBy[facet] ?? faceting.sortFacetValuesBy["*"] ?? "alpha";
  const max = faceting.maxValuesPerFacet;
  return order === "alpha" ? hits.slice(0, max) : mostFrequent(hits, max).sort((a, b) => compareHits(b, a));
}

/** As the server's heap keeps them: a later hit pushes out the least one when its count is no smaller. */
function mostFrequent(hits: readonly Hit[], max: number): Hit[] {
  const kept = hits.slice(0, max);
  for (const hit of hits.slice(max)) {
    const least = kept.reduce((lowest, other, at) => (isLess(other, kept[lowest]) ? at : lowest), 0);
    const worst = kept[least];
    if (worst !== undefined && worst.count <= hit.count) kept[least] = hit;
  }
  return kept;
}

function isLess(hit: Hit, other: Hit | undefined): boolean {
  return other !== undefined && compareHits(hit, other) < 0;
}

function compareHits(a: Hit, b: Hit): number {
  return a.count - b.count || compareBytes(a.value, b.value);
}
