import type { Likeness } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import type { RankingRule } from "./rule.ts";

/** Documents from the most to the least like a vector, those equally like it in one bucket; the last holds those without one. */
export function vectorSort(likeness: Likeness): RankingRule {
  return {
    start(universe, query) {
      const docidsBySimilarity = new Map<number, number[]>();
      for (const docid of universe) {
        const similarity = likeness(docid);
        if (similarity === undefined) continue;
        docidsBySimilarity.set(similarity, [...(docidsBySimilarity.get(similarity) ?? []), docid]);
      }
      const groups = [...docidsBySimilarity].sort(([a], [b]) => b - a)[Symbol.iterator]();
      return {
        next(current) {
          const [similarity, docids = []] = groups.next().value ?? [];
          const docs = similarity === undefined ? current : DocSet.of(docids.filter((docid) => current.has(docid)));
          return { docs, score: { rule: "vector", similarity }, query };
        },
      };
    },
  };
}
