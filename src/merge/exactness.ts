import type { JsonObject } from "../core/types.ts";
import type { MergedHits } from "./hits.ts";
import type { MergePlan } from "./shard-request.ts";

/** Whether an aspect of a merged answer equals what one node would say. */
type Precision = "exact" | "approximate";

/** How far a merged answer can be trusted to equal one node's, aspect by aspect; each reason is one sentence. */
export interface SearchExactness {
  readonly order: Precision;
  readonly totals: Precision;
  readonly facets: Precision;
  readonly reasons: readonly string[];
}

/** What the verdict goes by. */
export interface ExactnessFacts {
  readonly request: JsonObject;
  readonly plan: Pick<MergePlan, "distinct" | "isDistinctVisible" | "precedence" | "isPinningUnsure">;
  /** Number of nodes that answered; one node's answer is exact by definition. */
  readonly parts: number;
  readonly merged: MergedHits;
  /** Facets whose values a node cut off, and those with a value that nodes spell differently. */
  readonly truncated: readonly string[];
  readonly respelled: readonly string[];
}

type Aspect = "order" | "totals" | "facets";

const ALL_ASPECTS: readonly Aspect[] = ["order", "totals", "facets"];
const COUNTS: readonly Aspect[] = ["totals", "facets"];

/** Says which aspects of a merged answer may differ from one node's, and why. */
export function searchExactness(facts: ExactnessFacts): SearchExactness {
  const inexact = new Set<Aspect>();
  const reasons: string[] = [];
  for (const doubt of facts.parts > 1 ? doubts(facts) : []) {
    reasons.push(doubt.reason);
    for (const aspect of doubt.aspects) inexact.add(aspect);
  }
  const precision = (aspect: Aspect): Precision => (inexact.has(aspect) ? "approximate" : "exact");
  return { order: precision("order"), totals: precision("totals"), facets: precision("facets"), reasons };
}

function* doubts(facts: ExactnessFacts): Generator<{ reason: string; aspects: readonly Aspect[] }> {
  const { request, plan, merged, truncated, respelled } = facts;
  if (request["matchingStrategy"] === "frequency") {
    yield { reason: "Each node drops words by their frequency among its own documents.", aspects: ALL_ASPECTS };
  }
  if ((request["rankingScoreThreshold"] ?? null) !== null) {
    yield { reason: "Scores near the threshold and totals depend on the node.", aspects: COUNTS };
  }
  if (plan.distinct !== null) {
    yield { reason: "Totals with distinct depend on how many hits were compared.", aspects: COUNTS };
    if (!plan.isDistinctVisible) {
      yield { reason: `The distinct attribute \`${plan.distinct}\` is not displayed.`, aspects: ["order"] };
    }
  }
  if (merged.isMultiValued) {
    yield { reason: "A document has several values of the distinct attribute.", aspects: ["order"] };
  }
  if (plan.isPinningUnsure) {
    yield {
      reason: "Nodes may not apply or show all that search rules pin.",
      aspects: ALL_ASPECTS,
    };
  }
  if (plan.precedence?.isTied === true && merged.pins.length > 1) {
    yield {
      reason: "Search rules that pin documents contend for places, and which comes first is not known.",
      aspects: ["order"],
    };
  }
  if (merged.isCutOff) yield { reason: "A node ran out of search time.", aspects: ["order"] };
  for (const name of truncated) {
    yield { reason: `A node cut off the values of facet \`${name}\`.`, aspects: ["facets"] };
  }
  for (const name of respelled) {
    yield { reason: `Documents spell a value of facet \`${name}\` differently.`, aspects: ["facets"] };
  }
}
