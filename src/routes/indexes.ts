import { copiesOf } from "../cluster/copies.ts";
import type { Matters } from "../cluster/missed.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import { mergeIndexList, mergeIndexView } from "../merge/indexes.ts";
import type { TaskHead } from "../merge/tasks.ts";
import { type AlignedRules, alignRules } from "./align-rules.ts";
import { allNodesMeta, askAllNodes } from "./ask-all.ts";
import { type Broadcast, type BroadcastResult, broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, finishLocally, newHead, partsOf } from "./enqueue.ts";
import { invalidUid } from "./index-for-write.ts";
import { changeRow, createIndex, requireOwnName, setPrimaryKey, VALID_UID } from "./index-lifecycle.ts";
import { madeBy, withMatters } from "./missing-nodes.ts";
import { callerHeaders } from "./read.ts";
import { renameIndex } from "./rename.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode, indexNotFound, refuse, refuseMissingIndex } from "./verbatim.ts";
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
    if (request.method === "POST") return cluster.intake.run(uid, () => create(cluster, write));
    if (request.method === "DELETE") return cluster.intake.run(uid, () => drop(cluster, write));
    const newUid = uidOf(request.body);
    return cluster.intake.runInAll([uid, newUid ?? uid], async () => {
      const refusal = await refusalOfUpdate(cluster, write);
      if (refusal !== undefined) return refusal;
      if (newUid === undefined) return update(cluster, write);
      return renameIndex(cluster, { ...write, newUid, primaryKey: primaryKeyOf(request.body) });
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

/**
 * Lets one node judge the caller's key and the body without changing anything: no server lets `createdAt` be changed, and
 * it looks at the key and at what comes before in the body first.
 */
async function refusalOfUpdate(
  cluster: Cluster,
  { uid, request, call }: IndexWrite,
): Promise<ClusterResponse | undefined> {
  const newUid = uidOf(request.body);
  if (newUid !== undefined && !VALID_UID.test(newUid)) return invalidUid(newUid);
  const given = (request.body ?? {}) as JsonObject;
  const { body, status, headers } = await askOneNode(
    cluster,
    { ...request, path: `indexes/${encodeURIComponent(uid)}`, body: { ...given, createdAt: "" } },
    call,
  );
  const isHarmless = (body as { code?: string } | undefined)?.code === "immutable_index_created_at";
  return isHarmless && given["createdAt"] === undefined ? undefined : { status, body, headers };
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
  const known = await cluster.registry.findNow(uid);
  // A second creation is passed on: its task fails on every node, in the server's words.
  if (known !== undefined) {
    const passed = { what: `Creating index \`${uid}\``, index: physicalUid(known), matters: [] };
    return accept(cluster, head, await passOn(cluster, { uid, request, call }, passed), passed);
  }
  const { result, row } = await createIndex(cluster, { uid, primaryKey }, { request, call });
  const onSettled = (view: JsonObject) => forgetWhenFailed(cluster, row, view);
  return accept(cluster, head, result, { index: physicalUid(row), onSettled });
}

async function update(cluster: Cluster, { uid, request, call }: IndexWrite): Promise<ClusterResponse> {
  const primaryKey = primaryKeyOf(request.body);
  const head = newHead(cluster, { indexUid: uid, type: "indexUpdate", details: { primaryKey } });
  const row = await cluster.registry.findNow(uid);
  if (row === undefined && isAnothers(cluster, uid)) {
    return finishLocally(cluster, head, { status: "failed", details: { primaryKey }, error: indexNotFound(uid) });
  }
  if (row === undefined || primaryKey === null || row.primaryKey === primaryKey) {
    const index = row === undefined ? uid : physicalUid(row);
    const passed = { what: `Updating index \`${uid}\``, index, matters: [] };
    return accept(cluster, head, await passOn(cluster, { uid, request, call }, passed), passed);
  }
  const { result } = await setPrimaryKey(cluster, { row, primaryKey }, { request, call });
  const onSettled = (view: JsonObject) => restoreWhenFailed(cluster, row, view);
  return accept(cluster, head, result, { index: physicalUid(row), onSettled });
}

/** The nodes know an index by this name that users know by another: a call for this name must not reach it. */
function isAnothers({ registry }: Cluster, uid: string): boolean {
  return registry.holderOf(uid) !== undefined;
}

/** An index that the nodes could not create is none, unless it failed because another process created it. */
async function forgetWhenFailed(cluster: Cluster, row: IndexRow, view: JsonObject): Promise<void> {
  const error = view["error"] as { code: string } | null;
  const current = cluster.registry.holderOf(physicalUid(row));
  if (view["status"] !== "failed" || error?.code === "index_already_exists" || current === undefined) return;
  await changeRow(cluster, current, { deleted: true });
}

/** A change that the nodes refused in their tasks leaves the primary key as it was, whatever the index is called by now. */
async function restoreWhenFailed(cluster: Cluster, row: IndexRow, view: JsonObject): Promise<void> {
  const current = cluster.registry.holderOf(physicalUid(row));
  if (view["status"] !== "failed" || current === undefined) return;
  await changeRow(cluster, current, { primaryKey: row.primaryKey });
}

async function drop(cluster: Cluster, { uid, request, call }: IndexWrite): Promise<ClusterResponse> {
  const head = newHead(cluster, { indexUid: uid, type: "indexDeletion" });
  const row = await cluster.registry.findNow(uid);
  if (row === undefined && isAnothers(cluster, uid)) {
    return finishLocally(cluster, head, {
      status: "failed",
      details: { deletedDocuments: 0 },
      error: indexNotFound(uid),
    });
  }
  const index = row === undefined ? uid : physicalUid(row);
  const matters: Matters = row === undefined ? [] : [{ matter: "index", name: index }];
  const result = await passOn(cluster, { uid, request, call }, { what: `Deleting index \`${uid}\``, index, matters });
  if (result.kind === "acknowledged" && row !== undefined) {
    await changeRow(cluster, row, { deleted: true });
    cluster.debts.ledger.dropIndex(index);
    return accept(cluster, head, result, { index, aligned: await alignRules(cluster, call) });
  }
  return accept(cluster, head, result, { index });
}

/** Sends the caller's own request to every node. */
function passOn(
  cluster: Cluster,
  { request, call }: IndexWrite,
  { what, index, matters }: Pick<Broadcast, "what" | "index"> & { readonly matters: Matters },
): Promise<BroadcastResult> {
  return broadcast(cluster, {
    ...{ what, index, matters, call, signal: request.signal },
    requests: (node) => [
      {
        ...{
          node,
          method: request.method,
          path: request.method === "POST" ? "indexes" : `indexes/${encodeURIComponent(index)}`,
        },
        ...bodyOf(request, index),
        ...callerHeaders(request),
      },
    ],
  });
}

/** The caller's body; a creation names the index as the nodes know it. */
function bodyOf({ method, body }: ClusterRequest, index: string): { body?: string } {
  if (body === undefined) return {};
  return { body: JSON.stringify(method === "POST" ? { ...(body as JsonObject), uid: index } : body) };
}

/** What else belongs to a change of an index. */
interface Acceptance {
  /** Physical uid. */
  readonly index: string;
  /** What search rules were told of the index's new name. */
  readonly aligned?: AlignedRules;
  readonly onSettled?: (view: JsonObject) => Promise<void>;
}

function accept(
  cluster: Cluster,
  head: TaskHead,
  result: BroadcastResult,
  { index, aligned, onSettled }: Acceptance,
): ClusterResponse {
  if (result.kind === "refused")
    return { status: result.response.status, body: wordLogically(result.response.body, cluster.registry) };
  cluster.tasks.add({
    ...{ head, index },
    parts: [...partsOf(result.replies), ...(aligned?.parts ?? [])],
    change: withMatters(result.change, aligned?.matters ?? []),
    // Nodes that are away count nothing: the others stand for them.
    copies: (copiesOf(cluster.topology) * result.replies.length) / cluster.topology.nodes.length,
    ...(onSettled && { onSettled }),
  });
  return { status: 202, body: enqueued(head), meta: madeBy(cluster, result.replies) };
}
