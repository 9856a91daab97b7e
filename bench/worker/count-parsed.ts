import type { ParsedMeasure } from "./protocol.ts";

/** Counts the hits in what reaches `JSON.parse` while `work` runs; not to be timed. */
export async function countParsed(searches: number, work: () => Promise<unknown>): Promise<ParsedMeasure> {
  const { parse } = JSON;
  let answers = 0;
  let hits = 0;
  JSON.parse = (...given: Parameters<typeof parse>): unknown => {
    const value: unknown = parse(...given);
    for (const list of hitLists(value)) {
      answers += 1;
      hits += list.length;
    }
    return value;
  };
  try {
    await work();
  } finally {
    JSON.parse = parse;
  }
  return { searches, answers, hits };
}

/** Of a search, or of every search of a multi-search. */
function hitLists(value: unknown): unknown[][] {
  const { hits, results } = (value ?? {}) as { hits?: unknown; results?: unknown };
  if (Array.isArray(hits)) return [hits];
  return Array.isArray(results) ? results.flatMap((result) => hitLists(result)) : [];
}
