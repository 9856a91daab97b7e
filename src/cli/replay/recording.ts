import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { JsonObject } from "../../core/types.ts";
import { isObject } from "../../merge/answer-shape.ts";
import type { SearchView } from "../../merge/search-view.ts";

/** One recorded search: what one node answered, and what three nodes that share its documents answered. */
export interface RankingCase {
  readonly kind: string;
  /** The user's search body. */
  readonly request: JsonObject;
  /** The one node's answer. */
  readonly single: JsonObject;
  /** The one node's hits again: id, `_rankingScore`, `_rankingScoreDetails`. */
  readonly singleScored: readonly JsonObject[];
  /** The three nodes' answers, all from offset 0 with scores and details. */
  readonly shards: readonly JsonObject[];
}

/** Cases over one set of documents. */
export interface RankingSet {
  readonly primaryKey: string;
  readonly settings: JsonObject;
  readonly cases: readonly RankingCase[];
}

/** A file of recorded searches. */
export interface RankingRecording {
  readonly sets: Readonly<Record<string, RankingSet>>;
}

/** Reads a recording; a name that ends in `.gz` is unpacked. Throws when the file has no sets of cases. */
export function readRecording(path: string): RankingRecording {
  const bytes = readFileSync(path);
  const parsed: unknown = JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  if (!isRecording(parsed)) throw new Error(`${path} is not a ranking recording`);
  return parsed;
}

function isRecording(value: unknown): value is RankingRecording {
  if (!isObject(value) || !isObject(value["sets"])) return false;
  return Object.values(value["sets"]).every((set) => isObject(set) && Array.isArray(set["cases"]));
}

const DEFAULT_RULES = ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"];

/** The view of a recorded set: its settings over the server's defaults. */
export function viewOfRecording(set: RankingSet): SearchView {
  const { settings } = set;
  const faceting = isObject(settings["faceting"]) ? settings["faceting"] : {};
  const pagination = isObject(settings["pagination"]) ? settings["pagination"] : {};
  const facetMax = Number(faceting["maxValuesPerFacet"] ?? 100);
  return {
    primaryKey: set.primaryKey,
    displayedAttributes: texts(settings["displayedAttributes"], ["*"]),
    sortableAttributes: texts(settings["sortableAttributes"], []),
    rankingRules: texts(settings["rankingRules"], DEFAULT_RULES),
    distinctAttribute: null,
    facetMax,
    physicalFacetMax: Math.max(10 * facetMax, 1000),
    sortFacetValuesBy: facetOrders(faceting["sortFacetValuesBy"]),
    filterableAttributes: texts(settings["filterableAttributes"], []),
    maxTotalHits: Number(pagination["maxTotalHits"] ?? 1000),
  };
}

function texts(value: unknown, fallback: readonly string[]): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : fallback;
}

function facetOrders(value: unknown): Record<string, "alpha" | "count"> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, order]) => [name, order === "count" ? "count" : "alpha"]));
}
