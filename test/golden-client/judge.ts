import { difference } from "../golden/matches.ts";
import { backupsPerNode, networkPicture } from "./administration-rules.ts";
import { approximate } from "./approximate.ts";
import { documentOrder } from "./document-order.ts";
import { federatedTies } from "./federated-ties.ts";
import type { Played } from "./player.ts";
import { ratios } from "./ratios.ts";
import type { Rule, RuleContext, Side, Sides } from "./rule.ts";
import { batchNumbers, hiddenTasks, missingTasks, taskNumbers } from "./task-rules.ts";
import { ties } from "./ties.ts";

/** How a step through a client compares with its recording. */
export type Verdict =
  | { readonly kind: "equal" }
  | { readonly kind: "by-rule"; readonly rules: readonly string[] }
  | { readonly kind: "wrong"; readonly problem: string };

/** Differences of an answer that are there for a reason, in the order in which they are taken out. */
const RULES: readonly Rule[] = [
  taskNumbers,
  batchNumbers,
  missingTasks,
  hiddenTasks,
  backupsPerNode,
  networkPicture,
  documentOrder,
  ratios,
  ties,
  federatedTies,
  approximate,
];

/** Compares an answer that must be as recorded. */
export function judgeStrictly(played: Played): Verdict {
  const problem = differenceOf(sidesOf(played));
  return problem === undefined ? { kind: "equal" } : { kind: "wrong", problem };
}

/** Compares a cluster's answer, which may differ by the rules only. */
export async function judge(played: Played, context: RuleContext): Promise<Verdict> {
  let sides = sidesOf(played);
  let problem = differenceOf(sides);
  const rules: string[] = [];
  for (const rule of RULES) {
    if (problem === undefined) break;
    const next = await rule.apply(sides, context);
    if (next === undefined) continue;
    const left = differenceOf(next);
    if (left !== problem) rules.push(rule.name);
    sides = next;
    problem = left;
  }
  if (problem !== undefined) return { kind: "wrong", problem };
  return rules.length === 0 ? { kind: "equal" } : { kind: "by-rule", rules };
}

function sidesOf({ recorded, given, task }: Played): Sides {
  return {
    recorded: { ...recorded, status: recorded.status < 400 ? 200 : recorded.status, task: task?.recorded },
    given: { ...given, task: task?.given },
  };
}

function differenceOf({ recorded, given }: Sides): string | undefined {
  const text = (side: Side) => `status ${side.status} ${JSON.stringify(side.body)?.slice(0, 400)}`;
  if (recorded.status !== given.status) return `recorded ${text(recorded)} got ${text(given)}`;
  return difference(recorded.body, given.body) ?? difference(recorded.task, given.task, "task");
}
