import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { applyPatch } from "../cluster/settings/apply-patch.ts";
import { checkSettings } from "../cluster/settings/check-settings.ts";
import { defaultSettings } from "../cluster/settings/default-settings.ts";
import { physicalForeignKeys } from "../cluster/settings/foreign-keys.ts";
import { toLogical } from "../cluster/settings/logical.ts";
import { physicalPatch } from "../cluster/settings/physical.ts";
import type { ClusterRequest, ClusterResponse, HttpMethod, JsonObject, JsonValue } from "../core/types.ts";
import { broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, finishLocally, newHead, partsOf } from "./enqueue.ts";
import { requireJoinable } from "./foreign-keys.ts";
import { indexForWrite } from "./index-for-write.ts";
import { changeRow, requireOwnName } from "./index-lifecycle.ts";
import { madeBy } from "./missing-nodes.ts";
import { callerHeaders } from "./read.ts";
import { rehearse } from "./rehearse.ts";
import type { RouteHandler } from "./route.ts";
import { SETTING_BY_PATH } from "./setting-names.ts";
import { undoFailedSettings } from "./undo-failed-settings.ts";
import { askOneNode, indexNotFound, notSupported, refuseMissingIndex } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

const ALL = "indexes/:uid/settings";
const ONE = "indexes/:uid/settings/:setting";

/** `GET indexes/:uid/settings` and every sub-setting: what one node holds, as the user wrote it. */
export const settingsReadRoute: RouteHandler = {
  routes: [
    { method: "GET", path: ALL },
    { method: "GET", path: ONE },
  ],
  async handle(request, context) {
    const { uid = "", setting } = context.path;
    const key = setting === undefined ? undefined : keyOf(setting);
    const cluster = await context.cluster();
    const row = await cluster.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(cluster, request, { uid, call: context.call });
    const path = request.path.replace(/^indexes\/[^/]+/, `indexes/${physicalUid(row)}`);
    const { status, body, headers } = await askOneNode(cluster, { ...request, path }, context.call);
    if (status >= 400) return { status, body, headers };
    if (key === undefined) return { status, body: toLogical(body as JsonObject, row.settings) };
    return { status, body: toLogical({ [key]: body as JsonValue }, row.settings)[key] };
  },
};

const WRITES: readonly HttpMethod[] = ["PATCH", "PUT", "DELETE"];

/** Changes of settings: the logical ones are kept in the registry, the physical ones go to every node. */
export const settingsWriteRoute: RouteHandler = {
  routes: WRITES.flatMap((method) => [{ method, path: ONE }, ...(method === "PUT" ? [] : [{ method, path: ALL }])]),
  async handle(request, context) {
    const { uid = "", setting } = context.path;
    requireOwnName(uid);
    const key = setting === undefined ? undefined : keyOf(setting);
    const cluster = await context.cluster();
    const refusal = await rehearse(cluster, request, context.call);
    if (refusal !== undefined) return { status: refusal.status, body: refusal.body, headers: refusal.headers };
    const change: SettingsChange = { uid, patch: patchOf(request, key), request, call: context.call };
    return cluster.intake.run(uid, () => applyChange(cluster, change));
  },
};

interface SettingsChange {
  readonly uid: string;
  readonly patch: JsonObject;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

function keyOf(setting: string): string {
  const key = SETTING_BY_PATH[setting];
  if (key !== undefined) return key;
  throw notSupported(`The setting \`${setting}\``, "Use one server for the feature it belongs to.");
}

function patchOf(request: ClusterRequest, key: string | undefined): JsonObject {
  if (request.method === "DELETE") {
    const keys = key === undefined ? Object.keys(defaultSettings) : [key];
    return Object.fromEntries(keys.map((name) => [name, null]));
  }
  return key === undefined ? ((request.body ?? {}) as JsonObject) : { [key]: (request.body ?? null) as JsonValue };
}

async function applyChange(cluster: Cluster, change: SettingsChange): Promise<ClusterResponse> {
  const { uid, patch, request, call } = change;
  const known = await cluster.registry.findNow(uid);
  if (request.method === "DELETE" && known === undefined) return resetMissing(cluster, change);
  requireJoinable(cluster, uid, patch);
  const index = await indexForWrite(cluster, { uid, primaryKey: null }, { request, call });
  if ("response" in index) return index.response;
  const physical = physicalUid(index.row);
  const response = await cluster.registry.alone(physical, async () => {
    const row = await cluster.registry.findNow(uid);
    return row === undefined || physicalUid(row) !== physical ? undefined : changeSettings(cluster, row, change);
  });
  return response ?? applyChange(cluster, change); // the name has come to stand for another index
}

/** One change of an index after the other: each is made from what the one before left. */
async function changeSettings(cluster: Cluster, row: IndexRow, change: SettingsChange): Promise<ClusterResponse> {
  const { uid, patch, request, call } = change;
  const settings = applyPatch(row.settings, isResetOfAll(request) ? { ...resetsOf(row.settings), ...patch } : patch);
  checkSettings(settings);
  const context = { primaryKey: row.primaryKey };
  const physical = physicalForeignKeys(cluster.registry.rows, physicalPatch(row.settings, settings, context));
  const details = loggedSettings(settings, change);
  const head = newHead(cluster, { indexUid: uid, type: "settingsUpdate", details });
  const result = await broadcast(cluster, {
    ...{ what: `Changing the settings of index \`${uid}\``, index: physicalUid(row), call, signal: request.signal },
    matters: [{ matter: "index", name: physicalUid(row) }],
    requests: (node) => [
      {
        ...{ node, method: "PATCH", path: `indexes/${physicalUid(row)}/settings`, body: JSON.stringify(physical) },
        ...callerHeaders(request),
      },
    ],
  });
  if (result.kind === "refused")
    return { status: result.response.status, body: wordLogically(result.response.body, cluster.registry) };
  const changed = await changeRow(cluster, row, { settings, settingsVersion: row.settingsVersion + 1 });
  const onSettled = (view: JsonObject) => undoFailedSettings(cluster, { before: row, after: changed, view });
  const task = { head, index: physicalUid(row), parts: partsOf(result.replies), change: result.change };
  cluster.tasks.add({ ...task, onSettled });
  const { settingsVersion } = changed;
  return { status: 202, body: enqueued(head), meta: { ...madeBy(cluster, result.replies), settingsVersion } };
}

/** Lists that the server logs as they were sent, and as all attributes when they are reset. */
const LOGGED_AS_SENT = new Set(["displayedAttributes", "searchableAttributes"]);

/** Settings that the server resets with all others, and reads back only while their features are on. */
const RESET_TOO: JsonObject = { foreignKeys: null, chat: null };

/** The settings named in a patch, as the server logs them: sets sorted, nulls kept. */
function loggedSettings(settings: JsonObject, { patch, request }: SettingsChange): JsonObject {
  const entries = Object.entries(patch).map(([key, value]): [string, JsonValue] => {
    if (LOGGED_AS_SENT.has(key)) return [key, value ?? ["*"]];
    return [key, Array.isArray(value) ? (settings[key] ?? null) : value];
  });
  return { ...Object.fromEntries(entries), ...(isResetOfAll(request) ? RESET_TOO : {}) };
}

function isResetOfAll({ method, path }: ClusterRequest): boolean {
  return method === "DELETE" && path.endsWith("/settings");
}

/** Resets of every setting that an index has, those without a default of ours included. */
function resetsOf(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(settings).map((key) => [key, null]));
}

/** Resetting creates no index: as on one server, the tasks of one that does not exist fail. */
async function resetMissing(cluster: Cluster, change: SettingsChange): Promise<ClusterResponse> {
  const { uid, request, call } = change;
  const head = newHead(cluster, { indexUid: uid, type: "settingsUpdate", details: loggedSettings({}, change) });
  const { path, signal } = request;
  if (cluster.registry.holderOf(uid) !== undefined) {
    // The nodes know an index by this name that users know by another.
    return finishLocally(cluster, head, {
      status: "failed",
      ...(head.details && { details: head.details }),
      error: indexNotFound(uid),
    });
  }
  const result = await broadcast(cluster, {
    ...{ what: `Resetting the settings of index \`${uid}\``, index: uid, call, signal, matters: [] },
    requests: (node) => [{ node, method: "DELETE", path, ...callerHeaders(request) }],
  });
  if (result.kind === "refused")
    return { status: result.response.status, body: wordLogically(result.response.body, cluster.registry) };
  cluster.tasks.add({ head, parts: partsOf(result.replies), change: result.change });
  return { status: 202, body: enqueued(head) };
}
