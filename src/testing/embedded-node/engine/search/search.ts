import type { JsonObject } from "../../../../core/types.ts";
import { type Pin, placePins } from "../../../../merge/pins.ts";
import {
  BARE_DETAILS,
  type EngineHit,
  type EngineSearch,
  type EngineSettings,
  type Likeness,
  type PinnedDocid,
  type QueryWords,
} from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import { facetDistribution } from "../facets/distribution.ts";
import type { FieldIndex } from "../fields/field-index.ts";
import { distanceMeters } from "../fields/geo.ts";
import { evaluateFilter } from "../filter/evaluate.ts";
import { type FormatContext, formatHit } from "../format/format-hit.ts";
import type { InvertedIndex } from "../index/inverted-index.ts";
import { SearchContext, type SynonymTable } from "../query/context.ts";
import { bypassNodes } from "../query/graph.ts";
import { type ParsedQuery, parseQuery } from "../query/parse.ts";
import { removalOrder } from "../query/removal-order.ts";
import { graphDocs, phraseDocs } from "../query/resolve.ts";
import { termMatcher } from "../query/term-matcher.ts";
import { geoSortRule } from "../rules/geo-sort.ts";
import type { RankingRule } from "../rules/rule.ts";
import { ruleList, type SortedRule } from "../rules/rule-list.ts";
import { globalScore, scoreDetails } from "../rules/score.ts";
import { sortRule } from "../rules/sort.ts";
import { vectorSort } from "../rules/vector-sort.ts";
import { type BucketSortResult, bucketSort, firstOfEach, type RankedDoc } from "./bucket-sort.ts";
import { checkDistinct, checkSort, type RefusalOptions } from "./refusals.ts";
import { searchedFields } from "./searched-fields.ts";
import { parseSort, type SortExpression } from "./sort-expression.ts";
import { DEFAULT_LIMIT, totals, windowOf } from "./window.ts";

/** What a search works on. */
export interface SearchSource {
  readonly settings: EngineSettings;
  readonly words: InvertedIndex;
  readonly fields: FieldIndex;
  readonly synonyms: SynonymTable;
  document(docid: number): JsonObject;
}

/** What is looked for in one index. */
export interface IndexSearch {
  readonly indexUid: string;
  readonly search: EngineSearch;
  readonly likeness?: Likeness | undefined;
}

/** Answers a search as the server does, without its times and ids. */
export function runSearch(source: SearchSource, { indexUid, search, likeness }: IndexSearch): JsonObject {
  const { skip, take, needed, isPaged } = windowOf(search);
  const found = findHits(source, indexUid, { search, likeness, needed, isExhaustive: isPaged });
  const page = found.hits.slice(skip, skip + take);
  const format: FormatContext = {
    settings: source.settings,
    matcher: termMatcher(found.context, found.parsed?.terms ?? []),
    tokenizer: { ...source.words.tokenizer, stopWords: new Set() },
    fields: [...source.fields.fields()],
  };
  const hits = page.map((hit) => showHit(source.document(hit.docid), hit, { search, format }));
  const answer: JsonObject = { hits, query: search.q ?? "", ...totals(search, found.candidates.size) };
  if (search.facets === undefined || search.facets === null || search.facets.length === 0) return answer;
  return { ...answer, ...facetDistribution(source.fields, found.candidates, search.facets, source.settings) };
}

/** Everything that a search matches. */
export function searchCandidates(source: SearchSource, indexUid: string, search: EngineSearch): DocSet {
  return findHits(source, indexUid, { search, needed: DEFAULT_LIMIT, isExhaustive: false }).candidates;
}

interface FoundHits extends BucketSortResult {
  readonly context: SearchContext;
  readonly parsed: ParsedQuery | undefined;
}

interface SearchOptions {
  readonly search: EngineSearch;
  readonly likeness?: Likeness | undefined;
  /** Hits up to the end of the wanted page. */
  readonly needed: number;
  /** Page mode: totals are counted to the end. */
  readonly isExhaustive: boolean;
}

function findHits(source: SearchSource, indexUid: string, options: SearchOptions): FoundHits {
  const { search } = options;
  const { settings } = source;
  const refusal: RefusalOptions = { settings, prefix: `Index \`${indexUid}\`: ` };
  const sorts = parseSort(search.sort ?? [], "invalid_search_sort");
  const restrictedFields = searchedFields(source.words.fields, search, refusal);
  if (search.distinct !== undefined && search.distinct !== null)
    checkDistinct(search.distinct, settings, refusal.prefix);
  const universe = evaluateFilter(search.filter, source.fields, { ...refusal, code: "invalid_search_filter" });
  checkSort(sorts, settings, refusal.prefix);
  const context = new SearchContext(source.words, settings, { restrictedFields, synonyms: source.synonyms });
  const text = search.q ?? "";
  const parsed = text.trim() === "" ? undefined : parseQuery(context, text);
  const query = parsed === undefined || parsed.terms.length === 0 ? undefined : parsed;
  const pinned = keptPins(search.pins?.(queryWords(query)) ?? [], universe);
  const unpinned = universe.andNot(DocSet.of(pinned.map(({ docid }) => docid)));
  const allowed = parsed === undefined ? unpinned : withoutNegatives(context, parsed, unpinned);
  const ranked = rankHits(source, { ...options, context, query, sorts, universe: allowed, pinned });
  return { ...ranked, context, parsed: query };
}

/** Most documents that rules pin in one search. */
const MOST_PINS = 100;

/** The first place of each pinned document that passes the filter. */
function keptPins(found: readonly PinnedDocid[], universe: DocSet): PinnedDocid[] {
  const seen = new Set<number>();
  const kept = found.filter(({ docid }) => {
    const isNew = universe.has(docid) && !seen.has(docid);
    seen.add(docid);
    return isNew;
  });
  return kept.slice(0, MOST_PINS);
}

function queryWords(query: ParsedQuery | undefined): QueryWords {
  const single = (query?.terms ?? []).filter(({ term }) => term.ngramWords === undefined);
  return { isEmpty: query === undefined, words: single.map(({ term }) => term.original) };
}

interface RankOptions extends SearchOptions {
  readonly pinned: readonly PinnedDocid[];
  readonly context: SearchContext;
  readonly query: ParsedQuery | undefined;
  readonly sorts: readonly SortExpression[];
  readonly universe: DocSet;
}

function rankHits(source: SearchSource, options: RankOptions): BucketSortResult {
  const { search, context, query, isExhaustive } = options;
  const { settings, fields } = source;
  const strategy = search.matchingStrategy ?? "last";
  const universe =
    query === undefined || options.likeness !== undefined
      ? options.universe
      : matching(context, query, { strategy, universe: options.universe });
  const limit = Math.min(options.needed, settings.pagination.maxTotalHits);
  const threshold = search.rankingScoreThreshold ?? undefined;
  const distinct = search.distinct ?? settings.distinctAttribute;
  const distinctKeys =
    distinct === null ? undefined : (docid: number): readonly string[] => fields.distinctKeys(docid, distinct);
  const rules = ruleList(context, query !== undefined, {
    vector: options.likeness === undefined ? undefined : vectorSort(options.likeness),
    rankingRules: settings.rankingRules,
    strategy,
    sorts: options.sorts.map((sort) => requestedSort(source, sort)),
    custom: (field, isAscending) => fieldSort(source, field, isAscending),
  });
  const evaluate = isExhaustive && threshold !== undefined ? Math.max(limit, settings.pagination.maxTotalHits) : limit;
  const sorted = bucketSort({ universe, query: query?.graph, rules, limit, evaluate, threshold, distinctKeys });
  const { hits, candidates } = withPins(sorted, options.pinned, limit);
  if (!isExhaustive || distinctKeys === undefined) return { hits, candidates };
  return { hits, candidates: firstOfEach(candidates, distinctKeys) };
}

/** Pinned documents count as found, whatever the query. */
function withPins(
  { hits, candidates }: BucketSortResult,
  pinned: readonly PinnedDocid[],
  limit: number,
): BucketSortResult {
  if (pinned.length === 0) return { hits, candidates };
  const pins = pinned.map(({ docid, position }): Pin<RankedDoc> => {
    return { position, hit: { docid, scores: [{ rule: "pin", position }] } };
  });
  const all = candidates.or(DocSet.of(pinned.map(({ docid }) => docid)));
  return { hits: placePins(hits, pins, limit).list, candidates: all };
}

/** Documents that match the least that the strategy lets through. */
function matching(
  context: SearchContext,
  query: ParsedQuery,
  options: { strategy: "last" | "all" | "frequency"; universe: DocSet },
): DocSet {
  const droppable = removalOrder(context, query.graph, options.strategy).flat();
  return graphDocs(context, bypassNodes(query.graph, droppable), options.universe);
}

function withoutNegatives(context: SearchContext, parsed: ParsedQuery, universe: DocSet): DocSet {
  let allowed = universe;
  for (const word of parsed.negativeWords) allowed = allowed.andNot(context.wordDocs(word));
  for (const phrase of parsed.negativePhrases) allowed = allowed.andNot(phraseDocs(context, phrase));
  return allowed;
}

function requestedSort(source: SearchSource, { by, isAscending }: SortExpression): SortedRule {
  if ("field" in by) return { field: by.field, rule: fieldSort(source, by.field, isAscending) };
  const rule = geoSortRule({
    target: by.point,
    isAscending,
    point: (docid) => source.fields.geo(docid),
    distance: distanceMeters,
  });
  return { field: undefined, rule };
}

function fieldSort({ settings, fields }: SearchSource, field: string, isAscending: boolean): RankingRule {
  const { displayedAttributes } = settings;
  const isHidden = !displayedAttributes.includes("*") && !displayedAttributes.includes(field);
  return sortRule({ field, isAscending, isHidden, value: (docid) => fields.sortValue(docid, field, isAscending) });
}

function showHit(
  document: JsonObject,
  hit: RankedDoc,
  { search, format }: { search: EngineSearch; format: FormatContext },
): JsonObject {
  const shown: EngineHit = formatHit(document, search, format);
  if (search.showRankingScore === true) shown["_rankingScore"] = globalScore(hit.scores);
  const style = { isAttributeUnified: isAttributeUnified(format.settings), isBare: false };
  if (search.showRankingScoreDetails === true) shown["_rankingScoreDetails"] = scoreDetails(hit.scores, style);
  if (search.carriesBareDetails === true) shown[BARE_DETAILS] = scoreDetails(hit.scores, { ...style, isBare: true });
  return shown;
}

/** Whether the older `attribute` rule is in force rather than its two halves. */
function isAttributeUnified({ rankingRules }: EngineSettings): boolean {
  return rankingRules.find((rule) => ["attribute", "attributeRank", "wordPosition"].includes(rule)) === "attribute";
}
