import { belowQuorum } from "../cluster/quorum.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue } from "../core/types.ts";
import { withShardFilter } from "../merge/shard-request.ts";
import type { TaskHead } from "../merge/tasks.ts";
import { guardScript } from "../routing/edition/guard-script.ts";
import { shardFilter } from "../routing/reserved.ts";
import { acceptWrite } from "./accept-write.ts";
import { admit } from "./admit.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { finishLocally, newHead } from "./enqueue.ts";
import { requireOwnName } from "./index-lifecycle.ts";
import { layoutOf } from "./layout.ts";
import { allShards, callerHeaders } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import type { ShardedWrite } from "./sharded-write.ts";
import { takeIn } from "./take-in.ts";
import { askOneNode, indexNotFound, notSupported } from "./verbatim.ts";
import { wordLogically } from "./wording.ts";

/** `POST indexes/:uid/documents/edit`: every owner runs the user's function over its copies. */
export const documentsEditRoute: RouteHandler = {
  routes: [{ method: "POST", path: "indexes/:uid/documents/edit" }],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    requireOwnName(uid);
    refuseReservedNames((request.body ?? {}) as JsonObject, ["filter", "context", "function"]);
    const cluster = await context.cluster();
    const edit: Edit = { uid, request, call: context.call };
    return takeIn(cluster, uid, (entered) => start(entered, edit));
  },
};

interface Edit {
  readonly uid: string;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** The fields of a body that a node accepts. */
interface EditBody {
  readonly function: string;
  readonly filter?: JsonValue;
  readonly context?: JsonObject | null;
}

async function start(cluster: Cluster, edit: Edit): Promise<() => Promise<ClusterResponse>> {
  const { uid, request } = edit;
  const refusal = await rehearseEdit(cluster, edit);
  if (refusal !== undefined) return async () => refusal;
  const body = request.body as JsonObject & EditBody;
  const head = headOf(cluster, edit, body);
  const row = await cluster.registry.find(uid);
  if (row === undefined) {
    const { code, message } = indexNotFound(uid);
    const details = { ...head.details, editedDocuments: 0 };
    return async () => finishLocally(cluster, head, { status: "failed", details, error: { code, message } });
  }
  await requireQuorum(layoutOf(cluster, row), physicalUid(row));
  const { owners, write } = await admit(cluster, {
    ...{ row, work: "edit", call: edit.call, signal: request.signal },
    make: (current) => toWrite(current, edit, { row, body }),
  });
  const accepted = acceptWrite(owners, { head, write });
  return () => accepted;
}

/**
 * Lets one node judge key, parameters, filter and function without running it: of everything that it looks at before it
 * takes the task, the context is the last, and a list is none.
 */
async function rehearseEdit(
  cluster: Cluster,
  { request, call }: Pick<Edit, "request" | "call">,
): Promise<ClusterResponse | undefined> {
  const given = request.body as JsonObject | undefined;
  const context = given?.["context"] ?? null;
  const isContext = typeof context === "object" && !Array.isArray(context);
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const body = isObject ? { ...given, context: isContext ? [] : context } : given;
  const { status, body: answer, headers } = await askOneNode(cluster, { ...request, body }, call);
  const { code } = answer as { code?: string };
  if (isObject && isContext && code === "invalid_document_edition_context") return undefined;
  return { status, body: wordLogically(answer, cluster.registry), headers };
}

function headOf(cluster: Cluster, { uid, request }: Edit, body: EditBody): TaskHead {
  const { customMetadata } = request.params;
  const filter = body.filter ?? null;
  return newHead(cluster, {
    indexUid: uid,
    type: "documentEdition",
    details: {
      editedDocuments: null,
      deletedDocuments: null,
      originalFilter: filter === null ? null : JSON.stringify(filter),
      context: body.context ?? null,
      function: body.function,
    },
    ...(customMetadata === undefined ? {} : { customMetadata }),
  });
}

/** An edit cannot be sent twice like a document, so it is not begun when a shard would be left out. */
async function requireQuorum(cluster: Cluster, index: string): Promise<void> {
  const { health, topology, debts } = cluster;
  await health.recovered(topology.nodes.map((node) => node.id).filter((id) => health.isSuspect(id)));
  const below = belowQuorum({
    shards: allShards(cluster),
    groups: topology.groups,
    consistency: "quorum",
    counts: (node, shard) => !health.isSuspect(node) && !debts.ledger.owesAny(index, { node, shard }, "all"),
  });
  if (below.length === 0) return;
  throw new MiroirError(
    "miroir_no_quorum",
    `Too few replicas of shard${below.length > 1 ? "s" : ""} ${below.join(", ")} can run the function: the others are ` +
      "down or owe earlier writes. Nothing was changed; repeat the call when they are repaired.",
    { status: 503 },
  );
}

/** A replica is not asked about shards whose earlier writes it missed: it would edit what is no longer there. */
function toWrite(
  cluster: Cluster,
  { request, call }: Edit,
  { row, body }: { readonly row: IndexRow; readonly body: EditBody },
): ShardedWrite {
  const index = physicalUid(row);
  const stamp = cluster.stamps.nextSpread();
  const guarded = guardScript(body.function, stamp);
  if ("refusal" in guarded) {
    throw notSupported(guarded.refusal, "Write the function without it.");
  }
  return {
    ...{ index, call, signal: request.signal, stamp: stamp.last },
    idsByShard: new Map(allShards(cluster).map((shard) => [shard, "all"])),
    requests(node, shards, isOwed) {
      const whole = shards.filter((shard) => !isOwed(shard, "all"));
      if (whole.length === 0) return [];
      const filter = withShardFilter(body.filter, shardFilter(cluster.topology.shards, whole));
      const sent = JSON.stringify({ ...body, filter, function: guarded.script });
      return [{ node, method: "POST", path: `indexes/${index}/documents/edit`, body: sent, ...callerHeaders(request) }];
    },
  };
}
