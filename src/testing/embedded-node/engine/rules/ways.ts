import type { DocSet } from "../doc-set.ts";
import type { SearchContext } from "../query/context.ts";
import type { PathStep } from "../query/graph.ts";
import { subsetDocs } from "../query/resolve.ts";
import type { LocatedTerm } from "../query/term.ts";

/** The ways of getting from one term of the query to the next, as far as one rule is concerned. */
export interface TermWays {
  /** Dearest way that could be, whether or not a document takes it: it sets the scale of the score. */
  readonly maxCost: number;
  /** Cheapest way that a document can take; undefined when it can take none. */
  costOf(docid: number): number | undefined;
  /** What the way of a cost leaves behind for the rules that follow. */
  step(cost: number): PathStep;
}

/** Ways that are sets of documents, cheapest first. */
export function layeredWays(layers: readonly { cost: number; docs: DocSet; step: PathStep }[]): TermWays {
  return {
    maxCost: layers.at(-1)?.cost ?? 0,
    costOf: (docid) => layers.find(({ docs }) => docs.has(docid))?.cost,
    step: (cost) => stepOf(layers, cost),
  };
}

/** The one way that every document which matches the term in any manner can take. */
export function anyWay(context: SearchContext, to: LocatedTerm, cost: number): TermWays {
  return layeredWays([{ cost, docs: subsetDocs(context, to.subset), step: { from: undefined, to } }]);
}

/** Least cost per document, collected note by note. */
export class CostNotes {
  readonly #costs = new Map<number, number>();

  note(docid: number, cost: number): void {
    const known = this.#costs.get(docid);
    if (known === undefined || cost < known) this.#costs.set(docid, cost);
  }

  costOf(docid: number): number | undefined {
    return this.#costs.get(docid);
  }
}

function stepOf(layers: readonly { cost: number; step: PathStep }[], cost: number): PathStep {
  const layer = layers.find((candidate) => candidate.cost === cost);
  if (layer === undefined) throw new RangeError(`no way costs ${cost}`);
  return layer.step;
}
