import type { JsonObject, JsonValue } from "../../../core/types.ts";
import type { QueryWords } from "../engine/contract.ts";
import { tokenize, tokenizerOptions } from "../engine/text/tokenizer.ts";
import { EmbeddedIndex } from "../indexes/embedded-index.ts";
import type { StoredSettings } from "../settings/stored-settings.ts";
import { countValues, FilterMatch } from "./filter-match.ts";
import { changedRule, type RuleChange, type SearchRule } from "./search-rule.ts";

/** Name of the hidden index that the server keeps rules in; their tasks show it. */
export const RULES_INDEX = ".meili_dsr";

/** Rules are documents: found by description and words, and by the values that they ask of a filter. */
const SETTINGS: StoredSettings = {
  searchableAttributes: ["conditions.query.words", "description"],
  filterableAttributes: [
    {
      attributePatterns: ["active", "conditions.filter.values.*"],
      features: { facetSearch: false, filter: { equality: true, comparison: true } },
    },
  ],
  sortableAttributes: ["lastUpdatedAt"],
  typoTolerance: {
    enabled: false,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: true,
  },
  prefixSearch: "disabled",
};

/** Words of a rule are cut without stop words and dictionaries. */
const PLAIN = tokenizerOptions({ stopWords: [], separatorTokens: [], nonSeparatorTokens: [], dictionary: [] });

/** Most words of a query, and most rules, that count. */
const MOST_WORDS = 10;
const MOST_RULES = 1000;

/** A search as rules see it. */
export interface RuleSearch {
  readonly indexUid: string;
  readonly query: QueryWords;
  readonly filter: JsonValue | undefined;
  readonly now: number;
}

/** A document of the search's index, by id, that a rule puts at a place. */
export interface PinnedId {
  readonly id: string;
  readonly position: number;
}

/** Which rules a list shows. */
export interface RuleList {
  readonly query?: string | null;
  readonly active?: boolean | null;
  readonly offset: number;
  readonly limit: number;
}

/** The dynamic search rules of one node. */
export class RuleStore {
  readonly #rules = new Map<string, SearchRule>();
  #index = newIndex();

  get(uid: string): SearchRule | undefined {
    return this.#rules.get(uid);
  }

  change(uid: string, change: RuleChange, enqueuedAt: number): void {
    const rule = changedRule(this.#rules.get(uid), change, { uid, lastUpdatedAt: new Date(enqueuedAt).toISOString() });
    this.#rules.set(uid, rule);
    this.#index.put(uid, rule as unknown as JsonObject);
  }

  delete(uid: string): void {
    this.#rules.delete(uid);
    this.#index.removeAll([uid]);
  }

  /** Forgets all rules; answers how many there were. */
  clear(): number {
    const { size } = this.#rules;
    this.#rules.clear();
    this.#index = newIndex();
    return size;
  }

  /** A page of rules: best match first, then the one changed last. */
  list({ query, active, offset, limit }: RuleList): { rules: SearchRule[]; total: number } {
    const { hits, estimatedTotalHits } = this.#index.engine.search("", {
      ...{ q: query ?? null, offset, limit, sort: ["lastUpdatedAt:desc"], attributesToRetrieve: ["uid"] },
      ...(typeof active === "boolean" ? { filter: `active = ${active}` } : {}),
    });
    const rules = (hits as { uid: string }[]).flatMap(({ uid }) => this.#rules.get(uid) ?? []);
    return { rules, total: Number(estimatedTotalHits) };
  }

  /** What the rules in force pin, the rule of the lowest precedence first; a document may be named several times. */
  pinsOf(search: RuleSearch): PinnedId[] {
    const filter = new FilterMatch(this.#index, search.filter);
    const docidOf = ({ uid }: SearchRule) => this.#index.docidOf(uid) ?? -1;
    const inForce = [...this.#rules.values()].filter((rule) => {
      const values = countValues(rule.conditions.filter?.values ?? {});
      return isTimely(rule, search.now) && isAskedFor(rule, search.query) && filter.fits(docidOf(rule), values);
    });
    const rank = ({ precedence = Number.POSITIVE_INFINITY }: SearchRule) => precedence;
    inForce.sort((a, b) => (rank(a) === rank(b) ? docidOf(a) - docidOf(b) : rank(a) - rank(b)));
    return inForce.slice(0, MOST_RULES).flatMap(({ actions }) => {
      const own = actions.filter(({ selector }) => (selector.indexUid ?? search.indexUid) === search.indexUid);
      return own.map(({ selector, action }) => ({ id: selector.id, position: action.position }));
    });
  }
}

function newIndex(): EmbeddedIndex {
  const index = new EmbeddedIndex(RULES_INDEX, "uid", 0);
  index.configure(SETTINGS);
  return index;
}

/** The server compares the texts of the moments, the rule's in lower case: a bound lies at the end of its day. */
function isTimely({ active, conditions }: SearchRule, now: number): boolean {
  const { start, end } = conditions.time ?? {};
  const moment = new Date(now).toISOString();
  const isBegun = start === undefined || start.toLowerCase() <= moment;
  return active && isBegun && (end === undefined || end.toLowerCase() >= moment);
}

function isAskedFor({ conditions }: SearchRule, query: QueryWords): boolean {
  const { isEmpty, words } = conditions.query ?? {};
  if (isEmpty !== undefined && isEmpty !== query.isEmpty) return false;
  if (words === undefined) return true;
  const wanted = tokenize(words, PLAIN).flatMap(({ kind, lemma }) => (kind === "word" ? [lemma] : []));
  const given = [...new Set(query.words)].sort().slice(0, MOST_WORDS);
  return given.filter((word) => wanted.includes(word)).length >= wanted.length;
}
