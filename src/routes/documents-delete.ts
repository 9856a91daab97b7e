import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import { idHash } from "../routing/shard.ts";
import { acceptWrite } from "./accept-write.ts";
import { admit } from "./admit.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { newHead } from "./enqueue.ts";
import { finishUnasked } from "./finish-unasked.ts";
import { requireOwnName } from "./index-lifecycle.ts";
import { allShards, callerHeaders } from "./read.ts";
import { refuseWrite } from "./rehearse.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteContext, RouteHandler } from "./route.ts";
import type { ShardedWrite } from "./sharded-write.ts";
import { takeIn } from "./take-in.ts";
import type { TouchedIds } from "./touched-ids.ts";
import { indexNotFound } from "./verbatim.ts";

/** What a deletion names: some documents, those that pass a filter, or everything. */
type Selection =
  | { readonly kind: "ids"; readonly ids: readonly string[]; readonly provided: number }
  | { readonly kind: "filter"; readonly filter: JsonValue }
  | { readonly kind: "everything" };

/** `DELETE indexes/:uid/documents/:id`, `POST …/delete-batch`, `POST …/delete`, `DELETE …/documents`. */
export const documentsDeleteRoute: RouteHandler = {
  routes: [
    { method: "DELETE", path: "indexes/:uid/documents/:id" },
    { method: "POST", path: "indexes/:uid/documents/delete-batch" },
    { method: "POST", path: "indexes/:uid/documents/delete" },
    { method: "DELETE", path: "indexes/:uid/documents" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    requireOwnName(uid);
    const selection = select(request, context);
    const cluster = await context.cluster();
    if (selection === undefined) {
      return refuseWrite(cluster, request, context.call);
    }
    const deletion: Deletion = { uid, selection, request, call: context.call };
    return takeIn(cluster, uid, (entered) => start(entered, deletion));
  },
};

interface Deletion {
  readonly uid: string;
  readonly selection: Selection;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** What the request names; `undefined` when its body makes no sense, so that a node should word the refusal. */
function select(request: ClusterRequest, { path }: RouteContext): Selection | undefined {
  const { id } = path;
  if (id !== undefined) return { kind: "ids", ids: [id], provided: 1 };
  if (request.method === "DELETE") return { kind: "everything" };
  const { body } = request;
  if (request.path.endsWith("/delete-batch")) return Array.isArray(body) ? selectIds(body as JsonValue[]) : undefined;
  const filter = typeof body === "object" && body !== null ? (body as JsonObject)["filter"] : undefined;
  if (filter === undefined) return undefined;
  refuseReservedNames({ filter }, ["filter"]);
  return { kind: "filter", filter };
}

/** The server takes any value's JSON text for an id; one that can be nobody's deletes nothing and is no error. */
function selectIds(values: readonly JsonValue[]): Selection {
  const ids = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return { kind: "ids", ids: [...new Set(ids)], provided: ids.length };
}

async function start(cluster: Cluster, deletion: Deletion): Promise<() => Promise<ClusterResponse>> {
  const { uid, request, call, selection } = deletion;
  const { customMetadata } = request.params;
  const details = detailsOf(selection);
  const head = newHead(cluster, {
    indexUid: uid,
    type: "documentDeletion",
    details,
    ...(customMetadata === undefined ? {} : { customMetadata }),
  });
  const row = await cluster.registry.find(uid);
  if (row === undefined) {
    const { code, message } = indexNotFound(uid);
    const outcome = {
      status: "failed",
      details: { ...details, deletedDocuments: 0 },
      error: { code, message },
    } as const;
    return () => finishUnasked(cluster, { head, outcome, request, call });
  }
  if (selection.kind === "ids" && selection.ids.length === 0) {
    const outcome = { status: "succeeded", details: { ...details, deletedDocuments: 0 } } as const;
    return () => finishUnasked(cluster, { head, outcome, request, call });
  }
  const { owners, write } = await admit(cluster, {
    ...{ row, work: "write", call, signal: request.signal },
    make: (current) => toWrite(current, deletion, row),
  });
  const counted = selection.kind === "ids" ? { ...head, distinct: selection.ids.length } : head;
  const accepted = acceptWrite(owners, { head: counted, write });
  return () => accepted;
}

/** What the server logs of a deletion; of one that names nothing it logs the count alone. */
function detailsOf(selection: Selection): JsonObject {
  if (selection.kind === "everything") return {};
  const { provided, filter } = { provided: 0, filter: undefined, ...selection };
  return { providedIds: provided, originalFilter: filter === undefined ? null : JSON.stringify(filter) };
}

function toWrite(cluster: Cluster, { selection, request, call }: Deletion, row: IndexRow): ShardedWrite {
  const index = physicalUid(row);
  const idsByShard = touched(cluster, selection);
  return {
    ...{ index, idsByShard, call, signal: request.signal, stamp: cluster.stamps.next(false) },
    requests(node, shards) {
      const common = { node, ...callerHeaders(request) };
      const path = `indexes/${index}/documents`;
      if (selection.kind === "everything") return [{ ...common, method: "DELETE", path }];
      if (selection.kind === "filter") {
        return [
          { ...common, method: "POST", path: `${path}/delete`, body: JSON.stringify({ filter: selection.filter }) },
        ];
      }
      const ids = shards.flatMap((shard) => idsByShard.get(shard) ?? []);
      return [{ ...common, method: "POST", path: `${path}/delete-batch`, body: JSON.stringify(ids) }];
    },
  };
}

function touched(cluster: Cluster, selection: Selection): Map<number, TouchedIds> {
  if (selection.kind !== "ids") return new Map(allShards(cluster).map((shard) => [shard, "all"]));
  const idsByShard = new Map<number, string[]>();
  for (const id of selection.ids) {
    const shard = idHash(cluster.hasher, id) & (cluster.topology.shards - 1);
    const ids = idsByShard.get(shard);
    if (ids === undefined) idsByShard.set(shard, [id]);
    else ids.push(id);
  }
  return idsByShard;
}
