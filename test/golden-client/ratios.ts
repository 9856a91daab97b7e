import type { Rule } from "./rule.ts";

/** Parts of a ranking that are fractions of the largest value on a node. */
const RATIOS = new Set(["score", "_rankingScore", "maxTypoCount", "maxMatchingWords"]);

/** Ranking scores are fractions of what is largest among a node's own documents; counts are not, and stay. */
export const ratios: Rule = {
  name: "ranking scores",
  apply({ recorded, given }, { single }) {
    if (!/\/search$/.test(single.request.path) || given.status !== 200) return undefined;
    return {
      recorded: { ...recorded, body: withoutRatios(recorded.body) },
      given: { ...given, body: withoutRatios(given.body) },
    };
  },
};

function withoutRatios(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRatios);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, RATIOS.has(key) ? null : withoutRatios(item)]);
  return Object.fromEntries(entries);
}
