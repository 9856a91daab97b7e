import type { JsonObject, JsonValue } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";
import { backupDetails, isBackup } from "./backup-details.ts";
import { byteSizeText, parseByteSize } from "./byte-size.ts";
import { isFinal, statusOf, type TaskStatus } from "./task-status.ts";
import type { TaskHead, TaskPart } from "./virtual-task.ts";

/** Counts that nodes find out while they work, null until then. */
const RESULTS = ["indexedDocuments", "editedDocuments", "deletedDocuments", "canceledTasks", "deletedTasks"] as const;

/** Changes of the registry: their node tasks count documents of miroir's own. */
const UNCOUNTED: ReadonlySet<string> = new Set(["indexSwap", "indexUpdate"]);

/** What a node was given; the caller's own number is shown, and tells how many nodes count each document. */
const GIVEN = ["receivedDocuments", "providedIds"] as const;

/** Sizes of what a node has, added up over the nodes. */
const SIZES = ["preCompactionSize", "postCompactionSize"] as const;

/** Order of the fields in the server's answer; others follow as they come. */
const FIELD_ORDER = [
  ...["receivedDocuments", "indexedDocuments", "editedDocuments", "primaryKey", "providedIds", "deletedDocuments"],
  ...["matchedTasks", "canceledTasks", "deletedTasks", "originalFilter", "dumpUid", "context", "function"],
];

/** Input of {@link mergeTaskDetails}. */
export interface DetailsMerge {
  readonly head: TaskHead;
  /** In order. */
  readonly parts: readonly TaskPart[];
  readonly status: TaskStatus;
  readonly copies: number;
}

/** The details of a virtual task, undefined for none: what the call said, plus the nodes' counts without replicas counted twice. */
export function mergeTaskDetails(merge: DetailsMerge): JsonObject | undefined {
  const { head, parts } = merge;
  if (isBackup(head.type)) return backupDetails(head.type, parts);
  const nodeDetails = parts.map((part) => part.task?.["details"]).filter(isObject);
  const known = head.details ?? withoutReplicas(nodeDetails, merge.copies);
  if (known === undefined) return undefined;
  const merged: JsonObject = { ...known };
  for (const field of UNCOUNTED.has(head.type) ? [] : RESULTS) {
    if (nodeDetails.some((details) => field in details)) merged[field] = resultOf(field, merge);
  }
  return Object.fromEntries(Object.entries(merged).sort(([left], [right]) => rank(left) - rank(right)));
}

/** The first node's details where the call's own are not known. */
function withoutReplicas(nodeDetails: readonly JsonObject[], copies: number): JsonObject | undefined {
  const [first] = nodeDetails;
  if (first === undefined) return undefined;
  const merged: JsonObject = { ...first };
  for (const field of GIVEN) {
    if (first[field] !== undefined) merged[field] = Math.round(sumOf(nodeDetails, field) / copies);
  }
  for (const field of SIZES) {
    const sizes = nodeDetails.map((details) => parseByteSize(String(details[field])));
    if (sizes.every((size) => size !== undefined))
      merged[field] = byteSizeText(sizes.reduce((sum, size) => sum + size, 0));
  }
  return merged;
}

/** A failed task shows what its failed part says, as one node would: 0 or null, whatever other nodes did. */
function resultOf(field: (typeof RESULTS)[number], { head, parts, status, copies }: DetailsMerge): JsonValue {
  if (!isFinal(status)) return null;
  if (status === "failed") {
    const failed = parts.filter((part) => statusOf(part) === "failed").map((part) => part.task?.["details"]);
    const told = failed.filter(isObject).find((details) => field in details);
    return told === undefined ? 0 : (told[field] ?? null);
  }
  const finished = detailsOf(parts, status === "canceled" ? "canceled" : "succeeded");
  if (!finished.some((details) => typeof details[field] === "number")) return null;
  return Math.round(sumOf(finished, field) / copiesAmong(finished, head, copies));
}

/** A node's task holds documents of several shards, so its share is known only by what it was given. */
function copiesAmong(finished: readonly JsonObject[], head: TaskHead, copies: number): number {
  for (const field of GIVEN) {
    const given = head.details?.[field] === undefined ? undefined : (head.distinct ?? head.details[field]);
    const sent = sumOf(finished, field);
    if (typeof given === "number" && given > 0 && sent > 0) return sent / given;
  }
  return copies;
}

function detailsOf(parts: readonly TaskPart[], status: TaskStatus): JsonObject[] {
  const chosen = parts.filter((part) => part.indebted !== true && statusOf(part) === status);
  return chosen.map((part) => part.task?.["details"]).filter(isObject);
}

function sumOf(details: readonly JsonObject[], field: string): number {
  return details.reduce((sum, each) => sum + (typeof each[field] === "number" ? each[field] : 0), 0);
}

function rank(field: string): number {
  const at = FIELD_ORDER.indexOf(field);
  return at === -1 ? FIELD_ORDER.length : at;
}
