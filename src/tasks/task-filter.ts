import type { JsonObject } from "../core/types.ts";

/** Query parameters of a task list, as text. */
export type TaskQuery = Readonly<Record<string, string>>;

/** Filters that name values of one field; values of one filter are alternatives. */
const FIELDS: Readonly<Record<string, string>> = {
  uids: "uid",
  batchUids: "batchUid",
  types: "type",
  statuses: "status",
  indexUids: "indexUid",
  canceledBy: "canceledBy",
};

/** Filters by date, both ends exclusive. */
const DATES: Readonly<Record<string, string>> = {
  EnqueuedAt: "enqueuedAt",
  StartedAt: "startedAt",
  FinishedAt: "finishedAt",
};

const DAY_MS = 86_400_000;

/** The tasks that every filter of a query matches. */
export function matchingTasks(tasks: readonly JsonObject[], query: TaskQuery): JsonObject[] {
  return tasks.filter((task) => isNamed(task, query) && isInTime(task, query));
}

/** One page of a task list in the server's shape. The tasks come newest first; parameters have been checked. */
export function filterTasks(tasks: readonly JsonObject[], query: TaskQuery): JsonObject {
  const matching = matchingTasks(tasks, query);
  const isReversed = query["reverse"] === "true";
  const ordered = isReversed ? [...matching].reverse() : matching;
  const limit = Number(query["limit"] ?? 20);
  const from = query["from"] === undefined ? undefined : Number(query["from"]);
  const isAfterCursor = (uid: number) => from === undefined || (isReversed ? uid >= from : uid <= from);
  const rest = ordered.filter((task) => isAfterCursor(task["uid"] as number));
  const results = rest.slice(0, limit);
  return {
    results,
    total: matching.length,
    limit,
    from: results[0]?.["uid"] ?? null,
    next: rest[limit]?.["uid"] ?? null,
  };
}

function isNamed(task: JsonObject, query: TaskQuery): boolean {
  return Object.entries(FIELDS).every(([parameter, field]) => {
    const wanted = query[parameter];
    if (wanted === undefined || wanted === "*") return true;
    const value = String(task[field] ?? "");
    return wanted.split(",").some((name) => isSame(name.trim(), value, parameter));
  });
}

/** Types and states may be written in any case. */
function isSame(wanted: string, value: string, parameter: string): boolean {
  const isKeyword = parameter === "types" || parameter === "statuses";
  return isKeyword ? wanted.toLowerCase() === value.toLowerCase() : wanted === value;
}

function isInTime(task: JsonObject, query: TaskQuery): boolean {
  return Object.entries(DATES).every(([name, field]) => {
    const after = query[`after${name}`];
    const before = query[`before${name}`];
    if (!isBound(after) && !isBound(before)) return true;
    const date = task[field];
    if (typeof date !== "string") return false;
    const timeMs = Date.parse(date);
    // A bare day means its midnight, and "after" it means from the next one on.
    const isLate = !isBound(after) || timeMs > Date.parse(after) + (isDay(after) ? DAY_MS : 0);
    return isLate && (!isBound(before) || timeMs < Date.parse(before));
  });
}

function isBound(value: string | undefined): value is string {
  return value !== undefined && value !== "*";
}

function isDay(date: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(date);
}
