import type { JsonObject, JsonValue } from "../../../../core/types.ts";

/** A place among `maxRank` places; the highest is best. */
export interface Rank {
  readonly rank: number;
  readonly maxRank: number;
}

/** How a document did under one ranking rule. */
export type RuleScore =
  | ({ readonly rule: "words" | "typo" | "proximity" | "attributeRank" | "wordPosition" | "exactWords" } & Rank)
  | { readonly rule: "pin"; readonly position: number }
  | { readonly rule: "exactAttribute"; readonly matchType: keyof typeof MATCH_RANKS }
  | {
      readonly rule: "sort";
      readonly field: string;
      readonly isAscending: boolean;
      readonly isHidden: boolean;
      readonly value: JsonValue;
    }
  | { readonly rule: "vector"; readonly similarity: number | undefined }
  | {
      readonly rule: "geo";
      readonly target: GeoPoint;
      readonly isAscending: boolean;
      readonly point: GeoPoint | undefined;
      readonly distance: number | undefined;
    };

/** A place on earth, in degrees. */
export interface GeoPoint {
  readonly lat: number;
  readonly lng: number;
}

const MATCH_RANKS = { exactMatch: 3, matchesStart: 2, noExactMatch: 1 } as const;

/**
 * The `_rankingScore` of a document: its likeness to a vector, or else its ranks as one mixed-radix number between 0 and 1;
 * sorts do not count.
 */
export function globalScore(scores: Iterable<RuleScore>): number {
  let rank = 1;
  let maxRank = 1;
  for (const score of scores) {
    if (score.rule === "vector") return score.similarity ?? 0;
    const inner = rankOf(score);
    if (inner === undefined) continue;
    rank = Math.max(0, rank - 1) * inner.maxRank + inner.rank;
    maxRank *= inner.maxRank;
  }
  return rank / maxRank;
}

/** How details are shown. */
export interface DetailsStyle {
  /** Whether the settings use the old `attribute` rule, which shows attribute rank and word position as one. */
  readonly isAttributeUnified: boolean;
  /** Whether values of attributes that are not displayed show, for a comparison that no user sees. */
  readonly isBare: boolean;
}

/** The `_rankingScoreDetails` of a document. */
export function scoreDetails(scores: readonly RuleScore[], { isAttributeUnified, isBare }: DetailsStyle): JsonObject {
  const details: JsonObject = {};
  let order = 0;
  for (const [i, each] of scores.entries()) {
    const score = isBare && each.rule === "sort" ? { ...each, isHidden: false } : each;
    const name = detailName(score, { order, isAttributeUnified });
    const known = details[name];
    if (
      typeof known === "object" &&
      known !== null &&
      !Array.isArray(known) &&
      isSecondHalf(score, isAttributeUnified)
    ) {
      details[name] = withSecondHalf(known, secondHalf(score, scores[i - 1]));
      continue;
    }
    details[name] = { order, ...detailOf(score, isAttributeUnified) };
    order += 1;
  }
  return details;
}

function rankOf(score: RuleScore): Rank | undefined {
  if (score.rule === "sort" || score.rule === "geo" || score.rule === "vector" || score.rule === "pin")
    return undefined;
  return score.rule === "exactAttribute" ? { rank: MATCH_RANKS[score.matchType], maxRank: 3 } : score;
}

function localScore(rank: Rank): number {
  return rank.rank / rank.maxRank;
}

function isSecondHalf(score: RuleScore, isAttributeUnified: boolean): boolean {
  return score.rule === "exactWords" || (score.rule === "wordPosition" && isAttributeUnified);
}

/** The joint score takes the place of the first half's and stands last. */
function withSecondHalf({ score = null, ...first }: JsonObject, second: JsonObject): JsonObject {
  return Object.keys(second).length === 0 ? { ...first, score } : { ...first, ...second };
}

function secondHalf(score: RuleScore, first: RuleScore | undefined): JsonObject {
  const both = first === undefined ? [score] : [first, score];
  if (score.rule === "wordPosition") return { queryWordDistanceScore: localScore(score), score: globalScore(both) };
  if (score.rule !== "exactWords" || first?.rule !== "exactAttribute" || first.matchType !== "noExactMatch") return {};
  return { matchingWords: score.rank - 1, maxMatchingWords: score.maxRank - 1, score: globalScore(both) };
}

function detailName(score: RuleScore, at: { order: number; isAttributeUnified: boolean }): string {
  switch (score.rule) {
    case "exactAttribute":
    case "exactWords":
      return "exactness";
    case "attributeRank":
    case "wordPosition":
      return at.isAttributeUnified ? "attribute" : score.rule;
    case "sort":
      return score.isHidden ? `<hidden-rule-${at.order}>` : `${score.field}:${direction(score.isAscending)}`;
    case "vector":
      return "vectorSort";
    case "geo":
      return `_geoPoint(${score.target.lat}, ${score.target.lng}):${direction(score.isAscending)}`;
    default:
      return score.rule;
  }
}

function detailOf(score: RuleScore, isAttributeUnified: boolean): JsonObject {
  switch (score.rule) {
    case "words":
      return { matchingWords: score.rank, maxMatchingWords: score.maxRank, score: localScore(score) };
    case "typo":
      return { typoCount: score.maxRank - score.rank, maxTypoCount: score.maxRank - 1, score: localScore(score) };
    case "attributeRank":
      return { [isAttributeUnified ? "attributeRankingOrderScore" : "score"]: localScore(score) };
    case "exactAttribute":
      return { matchType: score.matchType, score: MATCH_RANKS[score.matchType] / 3 };
    case "pin":
      return { position: score.position };
    case "sort":
      return { value: score.isHidden ? "<hidden>" : score.value };
    case "vector":
      return { similarity: score.similarity ?? null };
    case "geo":
      return { value: score.point === undefined ? null : { ...score.point }, distance: score.distance ?? null };
    default:
      return { score: localScore(score) };
  }
}

function direction(isAscending: boolean): string {
  return isAscending ? "asc" : "desc";
}
