import type { Likeness } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import type { RankingRule } from "./rule.ts";

/** Documents from the most to the least like a vector, one a bucket; those without a vector last, in one. */
export function vectorSort(likeness: Likeness): RankingRule {
  return {
    start(universe, query) {
      const similarities = [...universe].flatMap((docid) => {
        const similarity = likeness(docid);
        return similarity === undefined ? [] : [{ docid, similarity }];
      });
      const nearest = similarities.sort((a, b) => b.similarity - a.similarity || a.docid - b.docid)[Symbol.iterator]();
      return {
        next(current) {
          for (const { docid, similarity } of nearest) {
            if (current.has(docid)) return { docs: DocSet.of([docid]), score: { rule: "vector", similarity }, query };
          }
          return { docs: current, score: { rule: "vector", similarity: undefined }, query };
        },
      };
    },
  };
}
