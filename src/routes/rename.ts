import type { Matters } from "../cluster/missed.ts";
import type { IndexRows } from "../cluster/physical-names.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { swapProblem, swappedRows } from "../cluster/swap-rows.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import { alignRules } from "./align-rules.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { afterwards } from "./current.ts";
import { enqueued, finishLocally, newHead, partsOf } from "./enqueue.ts";
import { changeRows, requireOwnName, setPrimaryKey } from "./index-lifecycle.ts";
import { acceptedChange, nodesToAsk, storedMatters, withMatters } from "./missing-nodes.ts";
import { namesChanged } from "./names-changed.ts";
import { indexNotFound } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** An index and its new name, perhaps with a new primary key. */
export interface Rename {
  readonly uid: string;
  readonly newUid: string;
  readonly primaryKey: string | null;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** `PATCH indexes/:uid` with a new `uid`: the registry's rows change, the nodes' index keeps its name. */
export async function renameIndex(cluster: Cluster, rename: Rename): Promise<ClusterResponse> {
  const { uid, newUid, primaryKey } = rename;
  requireOwnName(newUid);
  const details = { primaryKey, oldIndexUid: uid, newIndexUid: newUid };
  const head = newHead(cluster, { indexUid: uid, type: "indexUpdate", details });
  await cluster.registry.refresh();
  const row = cluster.registry.peek(uid);
  const error = row === undefined ? indexNotFound(uid) : takenName(cluster, newUid);
  if (row === undefined || error !== undefined) {
    return finishLocally(cluster, head, { status: "failed", details, ...(error && { error }) });
  }
  const renaming = { what: `Renaming index \`${uid}\``, call: rename.call, matters: [] };
  await nodesToAsk(cluster, renaming);
  const keyed = await withPrimaryKey(cluster, row, rename);
  if ("response" in keyed) return keyed.response;
  const change = acceptedChange(cluster, renaming);
  const storing = await changeRows(cluster, (rows) => renamedRows(rows, uid, newUid));
  if (storing === undefined) return renameIndex(cluster, rename); // another process was faster
  const onSettled = (view: JsonObject) => undoWhenFailed(cluster, { rename, row, view });
  const aligned = await alignRules(cluster, rename.call);
  cluster.tasks.add({
    ...{ head, parts: [...keyed.parts, ...storing, ...aligned.parts], onSettled },
    change: withMatters(change, [...keyed.matters, ...storedMatters(storing), ...aligned.matters]),
  });
  return { status: 202, body: enqueued(head), meta: namesChanged(cluster) };
}

/** Undefined when there is nothing to rename, or the name is taken. */
function renamedRows(rows: IndexRows, uid: string, newUid: string): IndexRow[] | undefined {
  const swaps = [{ indexes: [uid, newUid] as const, rename: true }];
  return swapProblem(swaps, rows) === undefined ? swappedRows(swaps, rows) : undefined;
}

function takenName({ registry }: Cluster, uid: string): { code: string; message: string } | undefined {
  if (registry.peek(uid) === undefined) return undefined;
  return { code: "index_already_exists", message: `Index \`${uid}\` already exists.` };
}

/** Sends a new primary key to the nodes before the name changes, as their tasks may refuse it. */
async function withPrimaryKey(
  cluster: Cluster,
  row: IndexRow,
  { primaryKey, request, call }: Rename,
): Promise<{ parts: ReturnType<typeof partsOf>; matters: Matters } | { response: ClusterResponse }> {
  if (primaryKey === null || primaryKey === row.primaryKey) return { parts: [], matters: [] };
  const { result } = await setPrimaryKey(cluster, { row, primaryKey }, { request, call });
  if (result.kind === "acknowledged") {
    return { parts: partsOf(result.replies), matters: [{ matter: "index", name: physicalUid(row) }] };
  }
  const { status, body, headers } = result.response;
  return { response: { status, body: wordLogically(body, cluster.registry), headers } };
}

/** The server changes the name and the primary key both, or neither. */
async function undoWhenFailed(
  cluster: Cluster,
  { rename, row, view }: { readonly rename: Rename; readonly row: IndexRow; readonly view: JsonObject },
): Promise<void> {
  if (view["status"] !== "failed") return;
  await afterwards(cluster, (now) => undo(now, rename, row));
}

async function undo(cluster: Cluster, { uid, newUid, call }: Rename, row: IndexRow): Promise<void> {
  const back = await changeRows(cluster, (rows) => {
    return renamedRows(rows, newUid, uid)?.map((each) =>
      each.uid === uid ? { ...each, primaryKey: row.primaryKey } : each,
    );
  });
  if (back !== undefined) await alignRules(cluster, call);
}
