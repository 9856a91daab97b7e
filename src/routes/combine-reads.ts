import type { ScatterPart, ScatterResult } from "../execute/scatter.ts";

/** Several reads of the same shards, or of others, as one. */
export function combineReads(results: readonly ScatterResult[]): ScatterResult {
  const byNode = (a: ScatterPart, b: ScatterPart) => (a.node.id < b.node.id ? -1 : Number(a.node.id > b.node.id));
  const unique = (shards: readonly number[]) => [...new Set(shards)].sort((a, b) => a - b);
  return {
    parts: results.flatMap(({ parts }) => parts).sort(byNode),
    refusals: results.flatMap(({ refusals }) => refusals),
    missing: unique(results.flatMap(({ missing }) => missing)),
    indebted: unique(results.flatMap(({ indebted }) => indebted)),
    failures: results.flatMap(({ failures }) => failures),
    requests: sumOf(results, ({ requests }) => requests),
    hedges: {
      fired: sumOf(results, ({ hedges }) => hedges.fired),
      won: sumOf(results, ({ hedges }) => hedges.won),
    },
    ...commonVersion(results),
  };
}

function sumOf(results: readonly ScatterResult[], numberOf: (result: ScatterResult) => number): number {
  return results.reduce((sum, result) => sum + numberOf(result), 0);
}

/** Answers of several indexes have no version in common. */
function commonVersion(results: readonly ScatterResult[]): Pick<ScatterResult, "settingsVersion"> {
  const [first, ...others] = new Set(results.map(({ settingsVersion }) => settingsVersion));
  return first === undefined || others.length > 0 ? {} : { settingsVersion: first };
}
