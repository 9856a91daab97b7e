import type { JsonObject } from "../../../core/types.ts";
import { invalidKey } from "../auth/access.ts";
import { primaryKeyAlreadyExists } from "../documents/primary-key.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexView } from "../indexes/index-stats.ts";
import { checkIndexUid, indexUidRefusal } from "../indexes/index-uid.ts";
import type { NodeState } from "../node-state.ts";
import { queryUnsigned } from "../validation/query-readers.ts";
import { checkedString, nullable, object, string } from "../validation/readers.ts";
import { enqueue } from "./enqueue.ts";
import { page } from "./page.ts";

const readPage = object<{ offset?: number; limit?: number }>({
  offset: { read: queryUnsigned, code: "invalid_index_offset" },
  limit: { read: queryUnsigned, code: "invalid_index_limit" },
});

const readCreation = object<{ uid: string; primaryKey?: string | null }>({
  uid: { read: checkedString(indexUidRefusal), code: "invalid_index_uid", required: "missing_index_uid" },
  primaryKey: { read: nullable(string), code: "invalid_index_primary_key" },
});

const readUpdate = object<{ primaryKey?: string | null; uid?: string | null }>(
  {
    primaryKey: { read: nullable(string), code: "invalid_index_primary_key" },
    uid: { read: nullable(string), code: "invalid_index_uid" },
  },
  { immutable: { createdAt: "immutable_index_created_at", updatedAt: "immutable_index_updated_at" } },
);

/** Create, list, read, change and delete indexes. */
export const indexRoutes: readonly Route[] = [
  { method: "GET", path: "/indexes", action: "indexes.get", handle: listIndexes },
  { method: "POST", path: "/indexes", action: "indexes.create", handle: createIndex },
  { method: "GET", path: "/indexes/:indexUid", action: "indexes.get", handle: getIndex },
  { method: "PATCH", path: "/indexes/:indexUid", action: "indexes.update", handle: updateIndex },
  { method: "DELETE", path: "/indexes/:indexUid", action: "indexes.delete", handle: deleteIndex },
  { method: "POST", path: "/indexes/:indexUid/compact", action: "indexes.compact", handle: compactIndex },
];

function listIndexes({ node, request, access }: RouteContext): Reply {
  const { offset = 0, limit = 20 } = readQuery(request, readPage);
  const allowed = node.indexes().filter((index) => access.isIndexAllowed(index.uid));
  return ok(page(allowed.map(indexView), { offset, limit }));
}

function getIndex({ node, params }: RouteContext): Reply {
  return ok(indexView(node.index(checkIndexUid(params["indexUid"] ?? ""))));
}

function createIndex(context: RouteContext): Reply {
  const { node, access } = context;
  const { uid, primaryKey = null } = readBody(context, readCreation);
  if (!access.isIndexAllowed(uid)) throw invalidKey();
  const details = { primaryKey };
  return enqueue(node, {
    type: "indexCreation",
    indexUid: uid,
    details,
    run: () => {
      if (node.indexByUid.has(uid)) throw alreadyExists(uid);
      node.touch(node.createIndex(uid, primaryKey));
      return details;
    },
  });
}

function updateIndex(context: RouteContext): Reply {
  const { node, params } = context;
  const change = readBody(context, readUpdate);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const newUid = typeof change.uid === "string" ? checkIndexUid(change.uid) : undefined;
  const primaryKey = change.primaryKey ?? null;
  const details: JsonObject =
    newUid === undefined ? { primaryKey } : { primaryKey, oldIndexUid: uid, newIndexUid: newUid };
  return enqueue(node, {
    type: "indexUpdate",
    indexUid: uid,
    details,
    run: () => {
      applyUpdate(node, { uid, newUid, primaryKey });
      return details;
    },
  });
}

function applyUpdate(
  node: NodeState,
  change: { uid: string; newUid: string | undefined; primaryKey: string | null },
): void {
  const index = node.index(change.uid);
  if (change.primaryKey !== null && change.primaryKey !== index.primaryKey) {
    if (index.size > 0) {
      const { code, message } = primaryKeyAlreadyExists(index.primaryKey ?? "");
      throw new ApiError(code, `Index \`${change.uid}\`: ${message}`);
    }
  }
  if (change.newUid !== undefined && change.newUid !== change.uid) {
    if (node.indexByUid.has(change.newUid)) throw alreadyExists(change.newUid);
    node.indexByUid.delete(change.uid);
    index.uid = change.newUid;
    node.indexByUid.set(change.newUid, index);
  }
  if (change.primaryKey !== null) index.primaryKey = change.primaryKey;
  node.touch(index);
}

function deleteIndex({ node, params }: RouteContext): Reply {
  const uid = checkIndexUid(params["indexUid"] ?? "");
  return enqueue(node, {
    type: "indexDeletion",
    indexUid: uid,
    details: { deletedDocuments: null },
    abandoned: { deletedDocuments: 0 },
    run: () => {
      const { size } = node.index(uid);
      node.indexByUid.delete(uid);
      node.lastUpdate = node.settings.clock.now();
      return { deletedDocuments: size };
    },
  });
}

function compactIndex({ node, params }: RouteContext): Reply {
  const uid = checkIndexUid(params["indexUid"] ?? "");
  return enqueue(node, {
    type: "indexCompaction",
    indexUid: uid,
    details: {},
    run: () => {
      node.index(uid);
      return { preCompactionSize: "0 B", postCompactionSize: "0 B" };
    },
  });
}

function alreadyExists(uid: string): ApiError {
  return new ApiError("index_already_exists", `Index \`${uid}\` already exists.`);
}
