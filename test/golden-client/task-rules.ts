import { MASTER_KEY } from "../golden/placeholders.ts";
import type { Asked, Rule, Side, Sides } from "./rule.ts";

/** Tasks are numbered by the moment in which they were accepted. */
export const taskNumbers: Rule = {
  name: "task numbers",
  apply({ recorded, given }, { numbers }) {
    return { recorded, given: { ...given, body: numbers.inAnswer(given.body), task: numbers.inAnswer(given.task) } };
  },
};

/** Nodes batch tasks by themselves: every task of a cluster counts as a batch of its own. */
export const batchNumbers: Rule = {
  name: "batch numbers",
  apply: ({ recorded, given }) => ({ recorded: withoutBatches(recorded), given: withoutBatches(given) }),
};

function withoutBatches(side: Side): Side {
  return { ...side, body: withoutKey(side.body, "batchUid"), task: withoutKey(side.task, "batchUid") };
}

function withoutKey(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutKey(item, name));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== name);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutKey(item, name)]));
}

function isList({ request }: Asked): boolean {
  return request.method === "GET" && request.path === "/tasks";
}

interface TaskList {
  readonly results: readonly { readonly uid: number }[];
}

/** Calls that the cluster refused have left no tasks in its lists, which shifts the pages. */
export const missingTasks: Rule = {
  name: "no tasks of refused calls",
  apply(sides, { single, aftermath }): Sides | undefined {
    if (sides.given.status !== 200 || !aftermath.hasMissingTasks) return undefined;
    if (single.request.method === "DELETE" && single.request.path === "/tasks") return withoutCounts(sides);
    if (!isList(single)) return undefined;
    const recorded = sides.recorded.body as TaskList;
    const given = sides.given.body as TaskList;
    const kept = recorded.results.filter(({ uid }) => !aftermath.isMissing(uid));
    return {
      recorded: { ...sides.recorded, body: { results: kept } },
      given: { ...sides.given, body: { results: given.results.slice(0, kept.length) } },
    };
  },
};

function withoutCounts({ recorded, given }: Sides): Sides {
  const uncounted = (side: Side) => ({
    ...side,
    task: withoutKey(withoutKey(side.task, "matchedTasks"), "deletedTasks"),
  });
  return { recorded: uncounted(recorded), given: uncounted(given) };
}

/** A server counts tasks of indexes that a key is not for, and does not show them; a cluster does neither. */
export const hiddenTasks: Rule = {
  name: "no count of tasks that the key may not see",
  apply({ recorded, given }, { single }): Sides | undefined {
    const isLimited = single.request.headers["authorization"] !== `Bearer ${MASTER_KEY}`;
    if (!isLimited || !isList(single) || given.status !== 200) return undefined;
    const body = { ...(recorded.body as object), total: (given.body as TaskList).results.length };
    return { recorded: { ...recorded, body }, given };
  },
};
