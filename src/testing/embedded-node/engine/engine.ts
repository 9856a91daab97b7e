import type { JsonObject, JsonValue } from "../../../core/types.ts";
import type { Docid, EngineSearch, EngineSettings, FacetSearchRequest, Likeness, SearchEngine } from "./contract.ts";
import { facetHits } from "./facets/facet-search.ts";
import { FieldOrder } from "./field-order.ts";
import { FieldIndex } from "./fields/field-index.ts";
import { distanceMeters } from "./fields/geo.ts";
import { evaluateFilter } from "./filter/evaluate.ts";
import { InvertedIndex } from "./index/inverted-index.ts";
import type { SynonymTable } from "./query/context.ts";
import { synonymTable } from "./query/synonyms.ts";
import { compareValues } from "./rules/sort.ts";
import { checkDocumentSort } from "./search/refusals.ts";
import { runSearch, type SearchSource, searchCandidates } from "./search/search.ts";
import { parseSort, type SortExpression } from "./search/sort-expression.ts";

/** The settings that decide what is indexed for words; a change of any other needs no new index. */
const WORD_SETTINGS = [
  "searchableAttributes",
  "stopWords",
  "separatorTokens",
  "nonSeparatorTokens",
  "dictionary",
  "typoTolerance",
] as const;
/** The same for filters, sorts, facets and distinct. */
const FIELD_SETTINGS = ["filterableAttributes", "sortableAttributes", "rankingRules", "distinctAttribute"] as const;

/** The search engine of one index, all in memory. */
export class EmbeddedEngine implements SearchEngine {
  #settings: EngineSettings;
  #primaryKey: string | null;
  #words: InvertedIndex;
  #fields: FieldIndex;
  #synonyms: SynonymTable;
  #order: FieldOrder;
  readonly #documents = new Map<Docid, JsonObject>();

  constructor(settings: EngineSettings, primaryKey: string | null) {
    this.#settings = settings;
    this.#primaryKey = primaryKey;
    this.#words = new InvertedIndex(settings);
    this.#fields = new FieldIndex(settings, primaryKey);
    this.#synonyms = synonymTable(settings.synonyms, this.#words.tokenizer);
    this.#order = new FieldOrder(primaryKey);
  }

  configure(settings: EngineSettings, primaryKey: string | null): void {
    const before = this.#settings;
    const isNewKey = primaryKey !== this.#primaryKey;
    this.#settings = settings;
    this.#primaryKey = primaryKey;
    if (isNewKey && this.#documents.size === 0) this.#order = new FieldOrder(primaryKey);
    if (isNewKey || differs(before, settings, FIELD_SETTINGS)) {
      this.#fields = new FieldIndex(settings, primaryKey);
      for (const [docid, document] of this.#documents) this.#fields.put(docid, document);
    }
    if (differs(before, settings, WORD_SETTINGS)) {
      this.#words = new InvertedIndex(settings);
      for (const [docid, document] of this.#documents) this.#words.put(docid, document);
    }
    this.#synonyms = synonymTable(settings.synonyms, this.#words.tokenizer);
  }

  put(docid: Docid, document: JsonObject): void {
    this.#documents.set(docid, this.#order.arrange(document));
    this.#words.put(docid, document);
    this.#fields.put(docid, document);
  }

  remove(docid: Docid): void {
    this.#documents.delete(docid);
    this.#words.remove(docid);
    this.#fields.remove(docid);
  }

  clear(): void {
    this.#documents.clear();
    this.#words = new InvertedIndex(this.#settings);
    this.#fields = new FieldIndex(this.#settings, this.#primaryKey);
  }

  get(docid: Docid): JsonObject | undefined {
    return this.#documents.get(docid);
  }

  search(indexUid: string, search: EngineSearch, likeness?: Likeness): JsonObject {
    return runSearch(this.#source(), { indexUid, search, likeness });
  }

  select(filter: JsonValue | undefined, errorCode: string): Docid[] {
    return [...evaluateFilter(filter, this.#fields, { settings: this.#settings, code: errorCode, prefix: "" })];
  }

  order(docids: readonly Docid[], sort: readonly string[]): Docid[] {
    const sorts = parseSort(sort, "invalid_document_sort");
    checkDocumentSort(sorts, this.#settings);
    const keyed = docids.map((docid) => ({ docid, keys: sorts.map((by) => this.#sortKey(docid, by)) }));
    return keyed.sort((a, b) => compareKeys(a.keys, b.keys, sorts) || a.docid - b.docid).map(({ docid }) => docid);
  }

  facetSearch(indexUid: string, request: FacetSearchRequest): JsonObject {
    const candidates = searchCandidates(this.#source(), indexUid, request);
    return {
      facetHits: facetHits(this.#fields, candidates, request, this.#settings),
      facetQuery: request.facetQuery ?? null,
    };
  }

  #source(): SearchSource {
    return {
      settings: this.#settings,
      words: this.#words,
      fields: this.#fields,
      synonyms: this.#synonyms,
      document: (docid) => this.#documents.get(docid) ?? {},
    };
  }

  #sortKey(docid: Docid, { by, isAscending }: SortExpression): SortKey {
    if ("field" in by) return this.#fields.sortValue(docid, by.field, isAscending);
    const point = this.#fields.geo(docid);
    return point === undefined ? undefined : distanceMeters(by.point, point);
  }
}

type SortKey = number | string | undefined;

function compareKeys(left: readonly SortKey[], right: readonly SortKey[], sorts: readonly SortExpression[]): number {
  for (const [i, { isAscending }] of sorts.entries()) {
    const a = left[i];
    const b = right[i];
    if (a === b) continue;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    const order = compareValues(a, b, isAscending);
    if (order !== 0) return order;
  }
  return 0;
}

function differs(before: EngineSettings, after: EngineSettings, names: readonly (keyof EngineSettings)[]): boolean {
  return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
