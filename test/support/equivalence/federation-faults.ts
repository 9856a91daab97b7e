import { isDeepStrictEqual } from "node:util";
import type { Meta } from "../../../src/core/meta.ts";
import type { JsonObject } from "../../../src/core/types.ts";
import { rankOf } from "./equivalent.ts";

/** What a federated answer is compared with: one node's answer, and all hits that the node has for the same queries. */
export interface WholeFederation {
  readonly request: JsonObject;
  readonly expected: JsonObject;
  /** The node's answer without limit, with ranking details and ids. */
  readonly all: JsonObject;
}

/** Reasons that these corpora and searches give for answers that are not exact. */
const EXPLAINED = [
  /^Totals with distinct depend/,
  /^Documents spell a value of facet/,
  /^Hits of different queries/,
  /^Scores of hits by words/,
];

const COUNTS = ["estimatedTotalHits", "totalHits", "totalPages", "limit", "offset", "page", "hitsPerPage"];

/** What is wrong with a cluster's federated answer; none when it equals one node's up to ties of one query. */
export function federationFaults(whole: WholeFederation, answer: JsonObject, meta: Meta): string[] {
  const faults = countFaults(whole.expected, answer, meta);
  const isOpen = meta.reasons.some((reason) => reason.startsWith("Hits of different queries"));
  return isOpen ? faults : [...faults, ...orderFaults(whole, answer)];
}

/** What is wrong with everything but the hits. */
export function countFaults(expected: JsonObject, answer: JsonObject, meta: Meta): string[] {
  const faults = keyFaults(answer, expected);
  const unexplained = meta.reasons.filter((reason) => !EXPLAINED.some((explanation) => explanation.test(reason)));
  faults.push(...unexplained.map((reason) => `the answer says that it is not exact: ${reason}`));
  if (meta.reasons.some((reason) => reason.startsWith("Totals with distinct"))) return faults;
  for (const name of COUNTS) {
    if (answer[name] !== expected[name])
      faults.push(`${name} is ${String(answer[name])} instead of ${String(expected[name])}`);
  }
  if (meta.reasons.some((reason) => reason.startsWith("Documents spell"))) return faults;
  for (const name of ["facetDistribution", "facetStats", "facetsByIndex"]) {
    if (isDeepStrictEqual(answer[name], expected[name])) continue;
    faults.push(`${name} is ${JSON.stringify(answer[name])} instead of ${JSON.stringify(expected[name])}`);
  }
  return faults;
}

function keyFaults(answer: JsonObject, expected: JsonObject): string[] {
  const [own, wanted] = [Object.keys(answer).join(), Object.keys(expected).join()];
  return own === wanted ? [] : [`the answer has the keys ${own} instead of ${wanted}`];
}

function orderFaults({ expected, all }: WholeFederation, answer: JsonObject): string[] {
  const ranks = new Map(hitsOf(all).map((hit) => [identityOf(hit), placeOf(hit)] as const));
  const [own, wanted] = [hitsOf(answer), hitsOf(expected)].map((hits) => hits.map((hit) => ranks.get(identityOf(hit))));
  if (isDeepStrictEqual(own, wanted)) return [];
  const at = own?.findIndex((rank, place) => rank !== wanted?.[place]) ?? -1;
  return [`place ${at} of ${own?.length}/${wanted?.length} holds ${own?.[at]} instead of ${wanted?.[at]}`];
}

/**
 * Whether a node finds a document by other words than one server does, or ranks it so by itself. The engine's own doing:
 * a word of the query that no document of a node has counts neither for exactness nor as a word to split another into.
 */
export function isRankedByOtherWords(whole: JsonObject, clustered: JsonObject): boolean {
  const [places, own] = [whole, clustered].map(
    (answer) => new Map(hitsOf(answer).map((hit) => [identityOf(hit), placeOf(hit)])),
  );
  return !isDeepStrictEqual(places, own);
}

/** Whether the hits of an answer are in the order of all that its cluster has for the same queries, up to ties. */
export function isInOrderOf(all: JsonObject, answer: JsonObject): boolean {
  const placeById = new Map(hitsOf(all).map((hit) => [identityOf(hit), placeOf(hit)]));
  const places = hitsOf(all).map(placeOf);
  const page = hitsOf(answer).map((hit) => places.indexOf(placeById.get(identityOf(hit)) ?? ""));
  return page.every((place, at) => place >= Math.max(0, page[at - 1] ?? 0));
}

function hitsOf(answer: JsonObject): JsonObject[] {
  return answer["hits"] as JsonObject[];
}

function federationOf(hit: JsonObject): JsonObject {
  return hit["_federation"] as JsonObject;
}

function identityOf(hit: JsonObject): string {
  return `${String(federationOf(hit)["indexUid"])}/${String(hit["id"])}`;
}

/** Hits of one query with the same rule values tie. */
export function placeOf(hit: JsonObject): string {
  return `${String(federationOf(hit)["queriesPosition"])}: ${rankOf(hit["_rankingScoreDetails"])}`;
}
