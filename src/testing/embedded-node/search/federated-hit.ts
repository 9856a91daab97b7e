import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** One hit of one federated query with what decides its place. */
export interface FederatedHit {
  readonly hit: JsonObject;
  readonly indexUid: string;
  /** The whole document behind the hit. */
  readonly document: JsonObject | undefined;
  readonly queryPosition: number;
  readonly weightedScore: number;
  /** Groups of scores and sort values, in the order of the ranking rules. */
  readonly values: readonly RankValue[];
}

/** One step of the comparison: a weighted score, or a sort value with its direction. */
export type RankValue =
  | { readonly kind: "score"; readonly score: number }
  | { readonly kind: "sort"; readonly isAscending: boolean; readonly value: JsonValue };

/**
 * The values that the server compares between queries: ranking rules between two sorts count as one score. A single
 * group is the hit's ranking score; of several groups each is the product of its rules' scores.
 */
export function rankValues(details: JsonObject, rankingScore: number, weight: number): RankValue[] {
  const rules = Object.entries(details) as [string, JsonObject][];
  const ordered = rules.sort(([, a], [, b]) => Number(a["order"]) - Number(b["order"]));
  const values: RankValue[] = [];
  let group: number | undefined;
  for (const [name, rule] of ordered) {
    const direction = /:(asc|desc)$/.exec(name)?.[1];
    if (direction === undefined) {
      group = (group ?? 1) * Number(rule["score"] ?? 1);
      continue;
    }
    if (group !== undefined) values.push({ kind: "score", score: group * weight });
    group = undefined;
    const value = rule["value"] ?? rule["distance"] ?? null;
    values.push({ kind: "sort", isAscending: direction === "asc", value });
  }
  const isSingle = values.length === 0;
  if (isSingle) return [{ kind: "score", score: rankingScore * weight }];
  if (group !== undefined) values.push({ kind: "score", score: group * weight });
  return values;
}

/** Better hits first; ties go to the earlier query. */
export function compareHits(a: FederatedHit, b: FederatedHit): number {
  for (const [at, left] of a.values.entries()) {
    const right = b.values[at];
    if (right === undefined) return -1;
    const order = compareValues(left, right);
    if (order !== 0) return order;
  }
  if (b.values.length > a.values.length) return 1;
  return a.queryPosition - b.queryPosition;
}

function compareValues(a: RankValue, b: RankValue): number {
  if (a.kind === "score" && b.kind === "score") {
    return Math.abs(a.score - b.score) <= Number.EPSILON ? 0 : b.score - a.score;
  }
  if (a.kind === "sort" && b.kind === "sort") return compareSorts(a.value, b.value, a.isAscending);
  return 0;
}

/** Missing values last, numbers before strings, whatever the direction. */
function compareSorts(a: JsonValue, b: JsonValue, isAscending: boolean): number {
  const [rankA, rankB] = [kindRank(a), kindRank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (a === null || b === null || a === b) return 0;
  const order = a < b ? -1 : 1;
  return isAscending ? order : -order;
}

function kindRank(value: JsonValue): number {
  if (value === null) return 2;
  return typeof value === "number" ? 0 : 1;
}
