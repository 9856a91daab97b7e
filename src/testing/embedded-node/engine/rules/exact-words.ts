import { DocSet } from "../doc-set.ts";
import type { SearchContext } from "../query/context.ts";
import { phraseDocs, subsetDocs } from "../query/resolve.ts";
import { exactForm, type LocatedTerm, termCount } from "../query/term.ts";
import type { GraphRuleKind } from "./graph-rule.ts";
import { layeredWays } from "./ways.ts";

/** Second half of `exactness`: the more terms a document has as they were written, the better. */
export const exactWords: GraphRuleKind = {
  ways(context, { to }) {
    const kept: LocatedTerm = { ...to, subset: { ...keepExact(to), isMandatory: true } };
    return layeredWays([
      { cost: 0, docs: exactDocs(context, to), step: { from: undefined, to: kept } },
      { cost: termCount(to), docs: subsetDocs(context, to.subset), step: { from: undefined, to } },
    ]);
  },
  score: (rank) => ({ rule: "exactWords", ...rank }),
};

function keepExact({ subset }: LocatedTerm): LocatedTerm["subset"] {
  if (exactForm(subset) === undefined) return subset;
  return { ...subset, zeroTypo: "exact", oneTypo: false, twoTypos: false };
}

function exactDocs(context: SearchContext, { subset }: LocatedTerm): DocSet {
  const form = exactForm(subset);
  if (form === undefined) return DocSet.empty();
  return "phrase" in form ? phraseDocs(context, form.phrase) : context.wordDocs(form.word);
}
