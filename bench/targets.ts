import type { BenchResult } from "./measure.ts";

/** What a figure should be; measured and printed, never asserted. */
interface Target {
  /** What is promised, in words. */
  readonly promise: string;
  /** Name of the result that tells. */
  readonly result: string;
  /** Its value, or its ratio to whom it is compared with. */
  readonly of: "value" | "ratio";
  readonly limit: number;
  readonly isMinimum?: boolean;
}

/** A target with what became of it. */
export interface Verdict {
  readonly promise: string;
  /** "≤ 0.7 ×". */
  readonly target: string;
  readonly verdict: "met" | "missed" | "not measured";
  /** What was measured, in the target's unit. */
  readonly figure?: number;
}

const TARGETS: readonly Target[] = [
  {
    promise: "client CPU of a four-node search, against the official client on one node",
    ...{ result: "page client CPU: miroir, four nodes", of: "ratio", limit: 0.7 },
  },
  {
    promise: "the same, 16 searches at a time",
    ...{ result: "page, 16 at a time, client CPU: miroir, four nodes", of: "ratio", limit: 1 },
  },
  {
    promise: "client CPU of a four-node search, against the bare requests and parses in it",
    ...{ result: "page client CPU over bare requests: four nodes", of: "value", limit: 1.6 },
  },
  {
    promise: "p50 added to the slowest node's own answer, four nodes",
    ...{ result: "added p50: miroir, four nodes", of: "value", limit: 0.25 },
  },
  {
    promise: "p50 of a search on one node, against the official client",
    ...{ result: "page p50: miroir, one node", of: "ratio", limit: 1 },
  },
  {
    promise: "fewer hits parsed at four nodes",
    ...{ result: "fewer hits parsed: miroir, four nodes", of: "value", limit: 40, isMinimum: true },
  },
  {
    promise: "fewer hits parsed at eight nodes",
    ...{ result: "fewer hits parsed: miroir, eight nodes", of: "value", limit: 55, isMinimum: true },
  },
  { promise: "top-ups at four nodes", ...{ result: "top-ups: miroir, four nodes", of: "value", limit: 1 } },
  { promise: "top-ups at eight nodes", ...{ result: "top-ups: miroir, eight nodes", of: "value", limit: 1 } },
  {
    promise: "one of four nodes +500 ms: p99 within 2 s, against the healthy p99",
    ...{ result: "slow p99 from 2 s on over healthy p99: with hedging", of: "value", limit: 2 },
  },
  {
    promise: "the same: extra requests",
    ...{ result: "slow extra requests in the fault: with hedging", of: "value", limit: 5 },
  },
  {
    promise: "one of four nodes killed: failed searches",
    ...{ result: "killed failed searches: with hedging", of: "value", limit: 0 },
  },
  {
    promise: "one of four nodes blackholed: p99 beyond hedge delay and healthy p99",
    ...{
      result: "blackholed p99 of the fault beyond hedge delay and healthy p99: with hedging",
      of: "value",
      limit: 0,
    },
  },
  {
    promise: "an NDJSON file streams through: heap above idle, where it is limited (64 MiB)",
    ...{ result: "streaming: peak heap above idle, limited", of: "value", limit: 67.1 },
  },
  {
    promise: "the same: routing and splitting, against indexing it on one node",
    ...{ result: "streaming: client CPU over indexing time", of: "value", limit: 5 },
  },
  {
    promise: "miroir's own core, gzipped",
    ...{ result: "import: core, minified and gzipped", of: "value", limit: 25 },
  },
  {
    promise: "importing, beyond the dependencies",
    ...{ result: "import: added by the package", of: "value", limit: 10 },
  },
  {
    promise: "of undici and zod, loaded before they are used",
    ...{ result: "import: of undici and zod, loaded at once", of: "value", limit: 0 },
  },
  {
    promise: "the process ends by itself after close()",
    ...{ result: "close: time until the process ends", of: "value", limit: 100 },
  },
  {
    promise: "requests of an unused client, 30 s after the last call",
    ...{ result: "quiet: requests from 31 s to 41 s after the last call", of: "value", limit: 0 },
  },
  {
    promise: "documents indexed a second, four nodes, against the official client on one",
    ...{ result: "indexing: miroir, four nodes", of: "ratio", limit: 0.8, isMinimum: true },
  },
  { promise: "merging 3 × 1000 hits", ...{ result: "merge 3 × 1000 hits", of: "value", limit: 1 } },
  { promise: "routing 10,000 ids", ...{ result: "route 10,000 ids", of: "value", limit: 3 } },
];

/** Every target, and whether the results meet it. */
export function verdictsOn(results: readonly BenchResult[]): Verdict[] {
  return TARGETS.map(({ promise, result: name, of, limit, isMinimum = false }) => {
    const result = results.find((each) => each.name === name);
    const unit = of === "ratio" ? "×" : result?.unit;
    const target = `${isMinimum ? "≥" : "≤"} ${limit}${unit === undefined ? "" : ` ${unit}`}`;
    const figure = result?.[of];
    if (figure === undefined || Number.isNaN(figure)) return { promise, target, verdict: "not measured" };
    const isMet = isMinimum ? figure >= limit : figure <= limit;
    return { promise, target, verdict: isMet ? "met" : "missed", figure };
  });
}
