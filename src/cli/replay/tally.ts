import { ASPECTS, type Aspect, type CaseVerdict, checkCase } from "./check-case.ts";
import { type RankingRecording, viewOfRecording } from "./recording.ts";

/** How many cases of one kind were right, aspect by aspect. */
export interface KindTally {
  readonly kind: string;
  readonly cases: number;
  readonly exact: Readonly<Record<Aspect, number>>;
}

/** Kinds whose word sets depend on the node, so that not even the order can be promised. */
const UNORDERED_KINDS = new Set(["frequency"]);

/** Kinds whose totals and facets depend on the node, which the answer's metadata says. */
const UNCOUNTED_KINDS = new Set(["distinct", "distinctPage", "threshold", "frequency"]);

/** Replays every case of the recordings and counts by kind, in the order in which kinds first appear. */
export function tallyRecordings(recordings: readonly RankingRecording[]): KindTally[] {
  const verdictsByKind = new Map<string, CaseVerdict[]>();
  for (const recording of recordings) {
    for (const set of Object.values(recording.sets)) {
      const view = viewOfRecording(set);
      for (const recorded of set.cases) {
        const verdicts = verdictsByKind.get(recorded.kind) ?? [];
        verdictsByKind.set(recorded.kind, verdicts);
        verdicts.push(checkCase(recorded, view));
      }
    }
  }
  return [...verdictsByKind].map(([kind, verdicts]) => ({ kind, cases: verdicts.length, exact: countExact(verdicts) }));
}

function countExact(verdicts: readonly CaseVerdict[]): Record<Aspect, number> {
  const count = (aspect: Aspect) => verdicts.filter((verdict) => verdict[aspect]).length;
  return { order: count("order"), totals: count("totals"), facets: count("facets"), echo: count("echo") };
}

/** The aspects of a kind that must be exact in every case and are not. */
export function brokenPromises(tally: KindTally): Aspect[] {
  return ASPECTS.filter((aspect) => isPromised(tally.kind, aspect) && tally.exact[aspect] < tally.cases);
}

function isPromised(kind: string, aspect: Aspect): boolean {
  switch (aspect) {
    case "order":
      return !UNORDERED_KINDS.has(kind);
    case "totals":
    case "facets":
      return !UNCOUNTED_KINDS.has(kind);
    case "echo":
      return !UNORDERED_KINDS.has(kind);
    default:
      return aspect satisfies never;
  }
}

/** One line a kind for order, then the same for each other aspect, then the sum. */
export function tallyReport(tallies: readonly KindTally[]): string[] {
  return ASPECTS.flatMap((aspect) => [
    `${aspect}:`,
    ...tallies.map(({ kind, cases, exact }) => `  ${kind} exact ${exact[aspect]} of ${cases}`),
    `  (every kind) exact ${sum(tallies.map(({ exact }) => exact[aspect]))} of ${sum(tallies.map(({ cases }) => cases))}`,
  ]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
