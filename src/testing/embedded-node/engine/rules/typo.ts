import { typosOf } from "../query/build-term.ts";
import { subsetDocs } from "../query/resolve.ts";
import { type LocatedTerm, type TermSubset, termCount } from "../query/term.ts";
import type { GraphRuleKind } from "./graph-rule.ts";
import { layeredWays } from "./ways.ts";

/** `typo`: the fewer typos the better. Two glued words count as two typos, three as three. */
export const typo: GraphRuleKind = {
  ways(context, { to }) {
    if (to.subset.term.phrase === undefined) typosOf(context, to.subset.term);
    const count = termCount(to);
    const glueCost = count === 1 ? 0 : count;
    const layers = [0, 1, 2].slice(0, maxTypos(to.subset) + 1).map((typos) => {
      const term = withTypos(to, typos);
      return { cost: typos + glueCost, docs: subsetDocs(context, term.subset), step: { from: undefined, to: term } };
    });
    return layeredWays(layers);
  },
  score: (rank) => ({ rule: "typo", ...rank }),
};

/** The most typos a subset's words may have; splitting a word counts as one. */
function maxTypos(subset: TermSubset): number {
  if (subset.term.maxTypos === 0) return subset.term.phrase === undefined ? 1 : 0;
  if (subset.term.maxTypos === 2 && subset.twoTypos) return 2;
  return subset.oneTypo ? 1 : 0;
}

function withTypos(to: LocatedTerm, typos: number): LocatedTerm {
  const { subset } = to;
  return {
    ...to,
    subset: {
      ...subset,
      zeroTypo: typos === 0 ? subset.zeroTypo : "none",
      oneTypo: typos === 1 && subset.oneTypo,
      twoTypos: typos === 2 && subset.twoTypos,
    },
  };
}
