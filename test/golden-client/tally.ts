import type { Verdict } from "./judge.ts";
import { AFTERMATH, REFUSED, type Replayed } from "./replay.ts";

/** How many steps of a scenario went how. */
export interface Tally {
  /** Steps whose answer through one node equals the recording. */
  readonly single: number;
  /** The same over three nodes. */
  readonly equal: number;
  /** Steps over three nodes that differ as the rules allow. */
  readonly byRule: number;
  /** Those of them that the cluster refused, or that follow a refused write. */
  readonly refused: number;
}

function isAboutRefusal(rule: string): boolean {
  return rule === REFUSED || rule === AFTERMATH;
}

/** Counts the outcomes of a scenario. */
export function tallyOf({ outcomes }: Replayed): Tally {
  const count = (of: "single" | "triple", kind: Verdict["kind"]) =>
    outcomes.filter((outcome) => outcome[of].kind === kind).length;
  return {
    single: count("single", "equal"),
    equal: count("triple", "equal"),
    byRule: count("triple", "by-rule"),
    refused: outcomes.filter(({ triple }) => triple.kind === "by-rule" && triple.rules.some(isAboutRefusal)).length,
  };
}

/** The lines that are printed for a scenario. */
export function linesOf(name: string, replayed: Replayed): string[] {
  const { outcomes, unsent } = replayed;
  const { single, equal, byRule } = tallyOf(replayed);
  const rules = new Map<string, number>();
  for (const { triple } of outcomes) {
    for (const rule of triple.kind === "by-rule" ? triple.rules : []) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }
  const counts = [...rules].map(([rule, steps]) => `${rule}: ${steps}`).join(", ");
  const wrong = outcomes.flatMap(({ id, triple }) => (triple.kind === "wrong" ? [id] : []));
  const named = wrong.length === 0 ? "" : ` (${wrong.join(", ")})`;
  return [
    `${name}: ${outcomes.length} steps${unsent.length === 0 ? "" : `, not expressible: ${unsent.join(", ")}`}`,
    `  one node:    equal ${single}, wrong ${outcomes.length - single}`,
    `  three nodes: equal ${equal}, differs by rule ${byRule} (${counts}), wrong ${wrong.length}${named}`,
    ...(process.env["MIROIR_REPLAY_DETAILS"] === undefined ? [] : problemsOf(replayed)),
  ];
}

function problemsOf({ outcomes }: Replayed): string[] {
  return outcomes.flatMap(({ id, single, triple }) => [
    ...(single.kind === "wrong" ? [`    one node, ${id}: ${single.problem}`] : []),
    ...(triple.kind === "wrong" ? [`    three nodes, ${id}: ${triple.problem}`] : []),
  ]);
}
