import type { Access } from "../auth/access.ts";
import type { Task, TaskType } from "./task.ts";
import { passes, type TaskFilter, type TaskListQuery } from "./task-filter.ts";

const OF_ONE_INDEX: readonly TaskType[] = [
  "documentAdditionOrUpdate",
  "documentEdition",
  "documentDeletion",
  "settingsUpdate",
  "indexCreation",
  "indexDeletion",
  "indexUpdate",
  "indexCompaction",
];

/** Tasks that a filter matches and the caller may see, oldest first. */
export function visibleTasks(tasks: readonly Task[], filter: TaskFilter, access: Access): Task[] {
  const matching = tasks.filter((task) => passes(task, filter));
  const isLimited = Array.isArray(filter.indexUids) || !access.isEverythingAllowed;
  const shown = isLimited ? matching.filter((task) => OF_ONE_INDEX.includes(task.type)) : matching;
  return shown.filter((task) => task.indexUid === null || access.isIndexAllowed(task.indexUid));
}

/** A page of things with numbers: `total` counts what the filter matches, seen or not, as the server's does. */
export interface NumberedPage<T> {
  readonly results: readonly T[];
  readonly total: number;
  readonly limit: number;
  readonly from: number | null;
  readonly next: number | null;
}

/**
 * The page of a list. The server takes `limit` + 1 matching tasks first and only then leaves out those the caller may
 * not see, so a page can be short.
 */
export function taskPage(tasks: readonly Task[], query: TaskListQuery, access: Access): NumberedPage<Task> {
  const matching = tasks.filter((task) => passes(task, query));
  const taken = window(matching, query);
  return cut(visibleTasks(taken, query, access), matching.length, query);
}

/** Things from the cursor on, in the order asked for, one more than fits the page. */
export function window<T extends { readonly uid: number }>(items: readonly T[], query: TaskListQuery): T[] {
  const { from, limit = 20, reverse = false } = query;
  const isOnward = (item: T): boolean => from === undefined || (reverse ? item.uid >= from : item.uid <= from);
  const ordered = [...items].sort((a, b) => (reverse ? a.uid - b.uid : b.uid - a.uid));
  return ordered.filter(isOnward).slice(0, limit + 1);
}

/** Cuts a window to the page; what is one too many becomes the cursor of the next page. */
export function cut<T extends { readonly uid: number }>(
  items: readonly T[],
  total: number,
  query: TaskListQuery,
): NumberedPage<T> {
  const { limit = 20 } = query;
  const results = items.slice(0, limit);
  return { results, total, limit, from: results[0]?.uid ?? null, next: items[limit]?.uid ?? null };
}
