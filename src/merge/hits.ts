import type { JsonObject } from "../core/types.ts";
import { rankKeyCompiler, TIED_KEY } from "./compare.ts";
import { distinctFilter } from "./distinct.ts";
import { kWayMerge } from "./k-way.ts";
import { inPrecedence, type PinPrecedence } from "./pin-precedence.ts";
import { type Pin, placePins, takePins } from "./pins.ts";
import { SKIPPED } from "./rules.ts";
import { compareTurns, turnOf } from "./turns.ts";

/** How hits of several nodes become one list. */
export interface HitsOptions {
  /** Length at which the merged list is complete. */
  readonly required: number;
  /** False when every hit ties with every other, so that no rule values were asked for. */
  readonly ordered: boolean;
  /** Attribute whose values must be unique over the merged list. */
  readonly distinct: string | null;
  /** Which of the pinned hits come first, where their positions do not tell. */
  readonly precedence?: PinPrecedence | undefined;
}

/** A merged list of hits, and what happened on the way. */
export interface MergedHits {
  readonly hits: readonly JsonObject[];
  /** Those of them that no rule pins. */
  readonly ranked: readonly JsonObject[];
  /** Those of them that a rule pins, by position. */
  readonly pins: readonly Pin[];
  /** Hits left out because a better one has the same value of the distinct attribute. */
  readonly rejected: number;
  /** True when a hit had several values of the distinct attribute: the merge is then not exact. */
  readonly isMultiValued: boolean;
  /** True when a node ran out of time before it had applied every rule. */
  readonly isCutOff: boolean;
}

/**
 * Merges the nodes' lists, in part order, by their rule values; hits that tie are taken from the nodes in turn, each in its
 * own order. Pinned hits come last into their places.
 */
export function mergeHits(lists: readonly (readonly JsonObject[])[], options: HitsOptions): MergedHits {
  const compile = rankKeyCompiler();
  const unpinned = takePins(lists);
  const distinct = options.distinct === null ? undefined : distinctFilter(options.distinct);
  const hits: JsonObject[] = [];
  let rejected = 0;
  let isCutOff = false;
  if (options.required > 0) {
    kWayMerge({
      lists: unpinned.lists,
      keyOf: (hit, previous) => turnOf(options.ordered ? compile(hit["_rankingScoreDetails"]) : TIED_KEY, previous),
      compare: compareTurns,
      visit: (hit, { key }) => {
        isCutOff ||= key.shape.rules.includes(SKIPPED);
        if (distinct?.accepts(hit) === false) rejected += 1;
        else hits.push(hit);
        return hits.length < options.required;
      },
    });
  }
  const isMultiValued = distinct?.sawSeveralValues() ?? false;
  if (unpinned.pins.length === 0) return { hits, ranked: hits, pins: [], rejected, isMultiValued, isCutOff };
  const placed = placePins(hits, inPrecedence(unpinned.pins, options.precedence), options.required);
  return { ...placed, hits: placed.list, rejected, isMultiValued, isCutOff };
}
