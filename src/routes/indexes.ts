import { copiesOf } from "../cluster/copies.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import { mergeIndexList, mergeIndexView } from "../merge/indexes.ts";
import type { TaskHead } from "../merge/tasks.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import { type BroadcastResult, broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, newHead, partsOf } from "./enqueue.ts";
import { changeRow, createIndex, requireOwnName, setPrimaryKey, VALID_UID } from "./index-lifecycle.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { notSupported, refuse, refuseMissingIndex } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** `GET indexes/:uid` */
export const indexRoute: RouteHandler = {
  routes: [{ method: "GET", path: "indexes/:uid" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const cluster = await context.cluster();
    const row = await cluster.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
    const answers = await askAllNodes(cluster, { ...request, path: `indexes/${physicalUid(row)}` }, context.call);
    if (answers.refusal !== undefined) return { status: answers.refusal.status, body: answers.refusal.body };
    return { status: 200, body: mergeIndexView(uid, answers.parts), meta: allNodesMeta(answers, []) };
  },
};

/** Indexes asked of each node; more than any cluster has. */
const ALL = "100000";

/** `GET indexes` */
export const indexesRoute: RouteHandler = {
  routes: [{ method: "GET", path: "indexes" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const offset = Number(request.params["offset"] ?? 0);
    const limit = Number(request.params["limit"] ?? 20);
    const isKnown = Object.keys(request.params).every((name) => name === "offset" || name === "limit");
    if (!isKnown || !Number.isInteger(offset) || !Number.isInteger(limit) || offset < 0 || limit < 0) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    const rows = await cluster.registry.list();
    const answers = await askAllNodes(cluster, { ...request, params: { offset: "0", limit: ALL } }, context.call);
    if (answers.refusal !== undefined) return { status: answers.refusal.status, body: answers.refusal.body };
    const logicalByPhysical = new Map(rows.map((row) => [physicalUid(row), row.uid]));
    const logicalUid = (physical: string) => logicalByPhysical.get(physical);
    const body = mergeIndexList(answers.parts, { offset, limit, logicalUid });
    return { status: 200, body, meta: allNodesMeta(answers, []) };
  },
};

/** `POST indexes`, `PATCH indexes/:uid`, `DELETE indexes/:uid` */
export const indexWriteRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "indexes" },
    { method: "PATCH", path: "indexes/:uid" },
    { method: "DELETE", path: "indexes/:uid" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? uidOf(request.body);
    if (uid !== undefined) requireOwnName(uid);
    const cluster = await context.cluster();
    if (uid === undefined || (request.method === "POST" && !isCreation(request.body))) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    const write: IndexWrite = { uid, request, call: context.call };
    return cluster.intake.run(uid, () => {
      if (request.method === "POST") return create(cluster, write);
      return request.method === "PATCH" ? update(cluster, write) : drop(cluster, write);
    });
  },
};

interface IndexWrite {
  readonly uid: string;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** Whether a server takes this body; one that it refuses may go to a single node, which words the refusal. */
function isCreation(body: unknown): boolean {
  const { uid, primaryKey = null, ...others } = body as JsonObject;
  const isKey = primaryKey === null || typeof primaryKey === "string";
  return isKey && typeof uid === "string" && VALID_UID.test(uid) && Object.keys(others).length === 0;
}

function uidOf(body: unknown): string | undefined {
  const uid = (body as { uid?: unknown } | undefined)?.uid;
  return typeof uid === "string" ? uid : undefined;
}

function primaryKeyOf(body: unknown): string | null {
  const primaryKey = (body as { primaryKey?: unknown } | undefined)?.primaryKey;
  return typeof primaryKey === "string" ? primaryKey : null;
}

async function create(cluster: Cluster, { uid, request, call }: IndexWrite): Promise<ClusterResponse> {
  const primaryKey = primaryKeyOf(request.body);
  const head = newHead(cluster, { indexUid: uid, type: "indexCreation", details: { primaryKey } });
  const isKnown = (await cluster.registry.findNow(uid)) !== undefined;
  // A second creation is passed on as it is: its task fails on every node, in the server's words.
  if (isKnown) {
    const what = `Creating index \`${uid}\``;
    return accept(cluster, head, await passOn(cluster, { uid, request, call }, { what, index: uid }));
  }
  const { result, row } = await createIndex(cluster, { uid, primaryKey }, { request, call });
  return accept(cluster, head, result, (view) => forgetWhenFailed(cluster, row, view));
}

async function update(cluster: Cluster, { uid, request, call }: IndexWrite): Promise<ClusterResponse> {
  if (uidOf(request.body) !== undefined) {
    throw notSupported("Renaming an index", "Create an index with the new name and add the documents to it.");
  }
  const primaryKey = primaryKeyOf(request.body);
  const head = newHead(cluster, { indexUid: uid, type: "indexUpdate", details: { primaryKey } });
  const row = await cluster.registry.findNow(uid);
  if (row === undefined || primaryKey === null || row.primaryKey === primaryKey) {
    const index = row === undefined ? uid : physicalUid(row);
    return accept(
      cluster,
      head,
      await passOn(cluster, { uid, request, call }, { what: `Updating index \`${uid}\``, index }),
    );
  }
  const { result } = await setPrimaryKey(cluster, { row, primaryKey }, { request, call });
  return accept(cluster, head, result, (view) => restoreWhenFailed(cluster, row, view));
}

/** An index that the nodes could not create is none, unless it failed because another process created it. */
async function forgetWhenFailed(cluster: Cluster, row: IndexRow, view: JsonObject): Promise<void> {
  const error = view["error"] as { code: string } | null;
  if (view["status"] !== "failed" || error?.code === "index_already_exists") return;
  await changeRow(cluster, row, { deleted: true });
}

/** A change that the nodes refused in their tasks leaves the row as it was. */
async function restoreWhenFailed(cluster: Cluster, row: IndexRow, view: JsonObject): Promise<void> {
  if (view["status"] === "failed") await changeRow(cluster, row, {});
}

async function drop(cluster: Cluster, { uid, request, call }: IndexWrite): Promise<ClusterResponse> {
  const head = newHead(cluster, { indexUid: uid, type: "indexDeletion" });
  const row = await cluster.registry.findNow(uid);
  const index = row === undefined ? uid : physicalUid(row);
  const result = await passOn(cluster, { uid, request, call }, { what: `Deleting index \`${uid}\``, index });
  if (result.kind === "acknowledged" && row !== undefined) {
    await changeRow(cluster, row, { deleted: true });
    cluster.debts.ledger.dropIndex(index);
  }
  return accept(cluster, head, result);
}

/** Sends the caller's own request to every node. */
function passOn(
  cluster: Cluster,
  { request, call }: IndexWrite,
  { what, index }: { readonly what: string; readonly index: string },
): Promise<BroadcastResult> {
  return broadcast(cluster, {
    ...{ what, index, call, signal: request.signal },
    requests: (node) => [
      {
        ...{
          node,
          method: request.method,
          path: request.method === "POST" ? "indexes" : `indexes/${encodeURIComponent(index)}`,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...callerHeaders(request),
      },
    ],
  });
}

function accept(
  cluster: Cluster,
  head: TaskHead,
  result: BroadcastResult,
  onSettled?: (view: JsonObject) => Promise<void>,
): ClusterResponse {
  if (result.kind === "refused") return { status: result.response.status, body: wordLogically(result.response.body) };
  cluster.tasks.add({
    head,
    parts: partsOf(result.replies),
    copies: copiesOf(cluster.topology),
    ...(onSettled && { onSettled }),
  });
  return { status: 202, body: enqueued(head) };
}
