import { isDeepStrictEqual } from "node:util";
import type { Meta } from "../../../src/core/meta.ts";
import type { JsonObject, JsonValue } from "../../../src/core/types.ts";
import type { Reference } from "./reference.ts";

/** Parameters whose answers depend on how documents are spread; every answer to them must say that it is not exact. */
const APPROXIMATE = ["rankingScoreThreshold"];

/** Reasons that these corpora and searches give for answers that are not exact. */
const EXPLAINED = [/^Totals with distinct depend/, /^Documents spell a value of facet/];

/** What is wrong with a cluster's answer, in one sentence a fault; none when it equals one node's up to exact ties. */
export function differences(
  reference: Reference,
  search: JsonObject,
  { answer, meta }: { readonly answer: JsonObject; readonly meta: Meta },
): string[] {
  const faults: string[] = [];
  const hits = answer["hits"] as JsonObject[];
  const ids = hits.map(({ id }) => Number(id));
  if (new Set(ids).size !== ids.length) faults.push(`a document is shown twice: ${ids.join(", ")}`);
  if (isApproximate(search) || isDistinctHidden(meta)) {
    if (meta.nodes.length > 1 && meta.exact) faults.push("an approximate answer claims to be exact");
    return faults;
  }
  const expected = reference.search(search);
  faults.push(...orderFaults({ reference, search, ids, expected }));
  faults.push(...contentFaults(reference, search, hits));
  faults.push(...keyFaults(answer, expected));
  const unexplained = meta.reasons.filter((reason) => !EXPLAINED.some((explanation) => explanation.test(reason)));
  if (unexplained.length > 0) faults.push(`the answer says that it is not exact: ${unexplained.join(" ")}`);
  if (!reference.isDistinct(search)) {
    faults.push(...countFaults(answer, expected), ...facetFaults({ reference, search, answer, expected, meta }));
  }
  return faults;
}

function isApproximate(search: JsonObject): boolean {
  if (search["matchingStrategy"] === "frequency") return true;
  return APPROXIMATE.some((name) => search[name] !== undefined);
}

/** Nodes do not tell the values of an attribute that is not displayed, so duplicates of different nodes stay. */
function isDistinctHidden(meta: Meta): boolean {
  return meta.reasons.some((reason) => reason.includes("is not displayed"));
}

interface Order {
  readonly reference: Reference;
  readonly search: JsonObject;
  readonly ids: readonly number[];
  readonly expected: JsonObject;
}

/** At every place there must be a hit that ties with the one that a single node shows there. */
function orderFaults({ reference, search, ids, expected }: Order): string[] {
  const rankById = new Map(
    reference.rankAll(search).map((hit) => [Number(hit["id"]), rankOf(hit["_rankingScoreDetails"])] as const),
  );
  const wanted = (expected["hits"] as JsonObject[]).map(({ id }) => Number(id));
  if (wanted.length !== ids.length) return [`${ids.length} hits instead of ${wanted.length}`];
  const at = ids.findIndex((id, place) => rankById.get(id) !== rankById.get(wanted[place] ?? -1));
  if (at < 0) return [];
  const [id = -1, other = -1] = [ids[at], wanted[at]];
  return [
    `place ${at} holds document ${id} (${rankById.get(id)}) instead of ${other} (${rankById.get(other)}): ` +
      `[${ids.join(",")}] instead of [${wanted.join(",")}]`,
  ];
}

/** The values that decide between hits; two hits with the same tie. */
export function rankOf(details: JsonValue | undefined): string {
  const rules = Object.entries(details as Record<string, JsonObject>);
  return rules
    .sort(([, a], [, b]) => Number(a["order"]) - Number(b["order"]))
    .map(([name, rule]) => `${name}=${rankValue(name, rule)}`)
    .join(" ");
}

function rankValue(name: string, rule: JsonObject): string {
  if (name === "words") return String(rule["matchingWords"]);
  if (name === "typo") return String(rule["typoCount"]);
  if (name === "exactness") return `${rule["matchType"]}/${rule["matchingWords"]}`;
  return JSON.stringify(rule["value"] ?? rule["distance"] ?? rule["score"] ?? null);
}

/** What numbers of one node's corpus go into is left out: scores depend on it. */
const SCORES = ["_rankingScore", "_rankingScoreDetails"];

/** What depends on the words that a query stands for. */
const HIGHLIGHTS = ["_formatted", "_matchesPosition"];

function contentFaults(reference: Reference, search: JsonObject, hits: readonly JsonObject[]): string[] {
  if (hits.length === 0) return [];
  const ids = hits.map(({ id }) => Number(id));
  const varying = reference.hasFixedHighlights ? SCORES : [...SCORES, ...HIGHLIGHTS];
  const shownById = new Map(reference.show(search, ids).map((hit) => [Number(hit["id"]), hit]));
  return hits.flatMap((hit) => {
    const wanted = shownById.get(Number(hit["id"]));
    if (wanted === undefined) return [`document ${hit["id"]} is no hit of the reference`];
    const hasSameKeys = isDeepStrictEqual(Object.keys(hit).sort(), Object.keys(wanted).sort());
    if (hasSameKeys && isDeepStrictEqual(without(hit, varying), without(wanted, varying))) return [];
    return [`document ${hit["id"]} is shown as ${JSON.stringify(hit)} instead of ${JSON.stringify(wanted)}`];
  });
}

function without(hit: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(hit).filter(([name]) => !names.includes(name)));
}

function keyFaults(answer: JsonObject, expected: JsonObject): string[] {
  const [own, wanted] = [Object.keys(answer).sort().join(), Object.keys(expected).sort().join()];
  return own === wanted ? [] : [`the answer has the keys ${own} instead of ${wanted}`];
}

const COUNTS = [
  "estimatedTotalHits",
  "totalHits",
  "totalPages",
  "limit",
  "offset",
  "page",
  "hitsPerPage",
  "facetStats",
];

function countFaults(answer: JsonObject, expected: JsonObject): string[] {
  return COUNTS.flatMap((name) => {
    const [own, wanted] = [JSON.stringify(answer[name]), JSON.stringify(expected[name])];
    return own === wanted ? [] : [`${name} is ${own} instead of ${wanted}`];
  });
}

interface Facets extends Omit<Order, "ids"> {
  readonly answer: JsonObject;
  readonly meta: Meta;
}

type Counts = Readonly<Record<string, number>>;

/**
 * Facets must be equal, with two ties: which of several values with the same count are cut off, and which spelling stands
 * for a value where the metadata says that it is open. The counts must be right all the same.
 */
function facetFaults({ reference, search, answer, expected, meta }: Facets): string[] {
  const own = (answer["facetDistribution"] ?? {}) as Record<string, Counts>;
  const wanted = (expected["facetDistribution"] ?? {}) as Record<string, Counts>;
  const all = JSON.stringify(own) === JSON.stringify(wanted) ? {} : reference.countAll(search);
  return [...new Set([...Object.keys(own), ...Object.keys(wanted)])].flatMap((name) => {
    const isRespelled = meta.reasons.some((reason) => reason.includes(`spell a value of facet \`${name}\``));
    const facets = [own[name] ?? {}, wanted[name] ?? {}, all[name] ?? {}].map(isRespelled ? lower : (facet) => facet);
    const [shown = {}, right = {}, whole = {}] = facets;
    if (JSON.stringify(shown) === JSON.stringify(right)) return [];
    if (reference.ordersFacetsByCount && isTiedFacet(shown, right, whole)) return [];
    return [`facet ${name} is ${JSON.stringify(own[name])} instead of ${JSON.stringify(wanted[name])}`];
  });
}

function isTiedFacet(shown: Counts, right: Counts, whole: Counts): boolean {
  const counts = (facet: Counts) => Object.values(facet).sort((a, b) => a - b);
  if (!isDeepStrictEqual(counts(shown), counts(right))) return false;
  return Object.entries(shown).every(([value, count]) => whole[value] === count);
}

function lower(facet: Counts): Counts {
  return Object.fromEntries(Object.entries(facet).map(([value, count]) => [value.toLowerCase(), count]));
}
