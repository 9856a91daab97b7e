import type { BenchResult } from "./measure.ts";

/** What a figure should be; measured and printed, never asserted. */
interface Target {
  readonly name: string;
  readonly of: "value" | "ratio";
  readonly limit: number;
  readonly isMinimum?: boolean;
}

const TARGETS: readonly Target[] = [
  { name: "merge 3 × 1000 hits", of: "value", limit: 1 },
  { name: "route 10,000 ids", of: "value", limit: 3 },
  { name: "search client CPU: miroir, four nodes", of: "ratio", limit: 1 },
  { name: "search, 16 at a time client CPU: miroir, four nodes", of: "ratio", limit: 1 },
  { name: "search p50: miroir, one node", of: "ratio", limit: 1 },
  { name: "indexing: miroir, three nodes", of: "ratio", limit: 0.8, isMinimum: true },
];

/** A result's target and whether it is met, as one cell of a table; empty for a result without target. */
export function verdictOn(result: BenchResult): string {
  const target = TARGETS.find(({ name }) => name === result.name);
  const figure = target && result[target.of];
  if (target === undefined || figure === undefined) return "";
  const isMet = target.isMinimum === true ? figure >= target.limit : figure <= target.limit;
  return `target ${target.isMinimum === true ? "≥" : "≤"} ${target.limit}: ${isMet ? "met" : "missed"}`;
}
