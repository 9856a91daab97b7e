import { indexUidRefusal } from "../indexes/index-uid.ts";
import type { Reader } from "../validation/place.ts";
import { queryBoolean, queryListOrStar, queryUint32 } from "../validation/query-readers.ts";
import { checkedString, type Fields, string } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import { TASK_STATUSES, TASK_TYPES, type Task, type TaskStatus, type TaskType } from "./task.ts";

type ListOrStar<T> = T[] | "*";

/** Which tasks a list, a cancelation or a deletion is about; fields are and-ed, values of a field or-ed. */
export interface TaskFilter {
  uids?: ListOrStar<number>;
  batchUids?: ListOrStar<number>;
  canceledBy?: ListOrStar<number>;
  types?: ListOrStar<TaskType>;
  statuses?: ListOrStar<TaskStatus>;
  indexUids?: ListOrStar<string>;
  afterEnqueuedAt?: number | "*";
  beforeEnqueuedAt?: number | "*";
  afterStartedAt?: number | "*";
  beforeStartedAt?: number | "*";
  afterFinishedAt?: number | "*";
  beforeFinishedAt?: number | "*";
}

/** Filters and the page of a list of tasks. */
export interface TaskListQuery extends TaskFilter {
  limit?: number;
  from?: number;
  reverse?: boolean;
}

const DAY_MS = 86_400_000;

const dateFields = {
  afterEnqueuedAt: { read: date(DAY_MS), code: "invalid_task_after_enqueued_at" },
  beforeEnqueuedAt: { read: date(0), code: "invalid_task_before_enqueued_at" },
  afterStartedAt: { read: date(DAY_MS), code: "invalid_task_after_started_at" },
  beforeStartedAt: { read: date(0), code: "invalid_task_before_started_at" },
  afterFinishedAt: { read: date(DAY_MS), code: "invalid_task_after_finished_at" },
  beforeFinishedAt: { read: date(0), code: "invalid_task_before_finished_at" },
};

const uids = { read: queryListOrStar(queryUint32), code: "invalid_task_uids" };
const batchUids = { read: queryListOrStar(queryUint32), code: "invalid_batch_uids" };

const wordFields = {
  canceledBy: { read: queryListOrStar(queryUint32), code: "invalid_task_canceled_by" },
  types: {
    read: queryListOrStar(word(TASK_TYPES, "task type", "types")),
    code: "invalid_task_types",
  },
  statuses: {
    read: queryListOrStar(word(TASK_STATUSES, "task status", "statuses")),
    code: "invalid_task_statuses",
  },
  indexUids: { read: queryListOrStar(checkedString(indexUidRefusal)), code: "invalid_index_uid" },
  ...dateFields,
};

/** Query parameters of cancelations and deletions, in the server's order. */
export const TASK_FILTER_FIELDS: Fields<TaskFilter> = { uids, batchUids, ...wordFields };

/** Query parameters of lists, in the server's order. */
export const TASK_LIST_FIELDS: Fields<TaskListQuery> = {
  limit: { read: queryUint32, code: "invalid_task_limit" },
  from: { read: queryUint32, code: "invalid_task_from" },
  reverse: { read: queryBoolean, code: "invalid_task_reverse" },
  batchUids,
  uids,
  ...wordFields,
};

/** Whether a task is one of those that a filter is about. */
export function passes(task: Task, filter: TaskFilter): boolean {
  return (
    isIn(task.uid, filter.uids) &&
    isIn(task.batchUid, filter.batchUids) &&
    isIn(task.canceledBy, filter.canceledBy) &&
    isIn(task.type, filter.types) &&
    isIn(task.status, filter.statuses) &&
    isIn(task.indexUid, filter.indexUids) &&
    isBetween(task.enqueuedAt, filter.afterEnqueuedAt, filter.beforeEnqueuedAt) &&
    isBetween(task.startedAt, filter.afterStartedAt, filter.beforeStartedAt) &&
    isBetween(task.finishedAt, filter.afterFinishedAt, filter.beforeFinishedAt)
  );
}

function isIn<T>(value: T | null, allowed: ListOrStar<T> | undefined): boolean {
  return allowed === undefined || allowed === "*" || (value !== null && allowed.includes(value));
}

function isBetween(moment: number | null, after: number | "*" | undefined, before: number | "*" | undefined): boolean {
  const isAfter = typeof after !== "number" || (moment !== null && moment > after);
  return isAfter && (typeof before !== "number" || (moment !== null && moment < before));
}

function word<T extends string>(accepted: readonly T[], noun: string, plural: string): Reader<T> {
  return (value, place) => {
    const text = string(value, place);
    const found = accepted.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    const choices = accepted.map((candidate) => `\`${candidate}\``).join(", ");
    throw invalidValue(`\`${text}\` is not a valid ${noun}. Available ${plural} are ${choices}.`, place);
  };
}

/** RFC 3339, or a day: the end of it for `after`, the beginning for `before`. */
function date(dayShiftMs: number): Reader<number | "*"> {
  return (value, place) => {
    const text = string(value, place);
    if (text === "*") return "*";
    const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const isMoment = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text);
    const moment = isDay || isMoment ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(moment)) {
      throw invalidValue(
        `\`${text}\` is an invalid date-time. It should follow the YYYY-MM-DD or RFC 3339 date-time format.`,
        place,
      );
    }
    return isDay ? moment + dayShiftMs : moment;
  };
}
