import type { JsonObject } from "../core/types.ts";
import { badAnswer, objectsOf } from "./answer-shape.ts";
import { compareCodePoints } from "./code-points.ts";
import { earliest, latest } from "./instant.ts";
import { bodiesInOrder, type Part } from "./part.ts";

/** One index as `GET indexes/:uid` shows it, from the nodes' views of it; `uid` is the logical name. */
export function mergeIndexView(uid: string, parts: readonly Part[]): JsonObject {
  return joinViews(uid, bodiesInOrder(parts));
}

/** How index lists are merged. */
export interface IndexListOptions {
  readonly offset: number;
  readonly limit: number;
  /** Logical uid of a physical one, undefined for indexes that users must not see. */
  readonly logicalUid: (physicalUid: string) => string | undefined;
}

/** Merges the nodes' complete index lists: union by logical uid, in the server's order, then paged. */
export function mergeIndexList(parts: readonly Part[], options: IndexListOptions): JsonObject {
  const viewsByUid = new Map<string, JsonObject[]>();
  for (const view of bodiesInOrder(parts).flatMap((body) => objectsOf(body["results"], "`results`"))) {
    const uid = options.logicalUid(String(view["uid"]));
    if (uid === undefined) continue;
    const views = viewsByUid.get(uid) ?? [];
    viewsByUid.set(uid, views);
    views.push(view);
  }
  const { offset, limit } = options;
  const uids = [...viewsByUid.keys()].sort(compareCodePoints);
  const results = uids.slice(offset, offset + limit).map((uid) => joinViews(uid, viewsByUid.get(uid) ?? []));
  return { results, offset, limit, total: uids.length };
}

function joinViews(uid: string, views: readonly JsonObject[]): JsonObject {
  const createdAt = earliest(datesOf(views, "createdAt"));
  const updatedAt = latest(datesOf(views, "updatedAt"));
  if (createdAt === undefined || updatedAt === undefined) throw badAnswer(`index \`${uid}\` has no dates`);
  const primaryKey = views.map((view) => view["primaryKey"]).find((key) => typeof key === "string") ?? null;
  return { uid, createdAt, updatedAt, primaryKey };
}

function datesOf(views: readonly JsonObject[], field: string): string[] {
  return views.map((view) => view[field]).filter((date) => typeof date === "string");
}
