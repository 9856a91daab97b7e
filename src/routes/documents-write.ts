import { physicalUid } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse, ErrorBody, NodeInfo } from "../core/types.ts";
import type { TaskHead } from "../merge/tasks.ts";
import { DocumentRefusal } from "../routing/document-refusal.ts";
import { chunkByBytes, exceedsBytes } from "../routing/payload/chunk.ts";
import { fold, type WriteMode } from "../routing/payload/fold.ts";
import { identify } from "../routing/payload/identify.ts";
import { parsePayload } from "../routing/payload/parse.ts";
import { PayloadError } from "../routing/payload/payload-error.ts";
import type { RawDocument, RawRecord } from "../routing/payload/raw-document.ts";
import { render } from "../routing/payload/render.ts";
import { shardTags } from "../routing/reserved.ts";
import { idHash } from "../routing/shard.ts";
import type { NodeRequest } from "../transport/transport.ts";
import { acceptWrite } from "./accept-write.ts";
import { admit } from "./admit.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { type LocalOutcome, newHead } from "./enqueue.ts";
import { finishUnasked } from "./finish-unasked.ts";
import { indexForWrite } from "./index-for-write.ts";
import { requireOwnName } from "./index-lifecycle.ts";
import { callerHeaders } from "./read.ts";
import { refuseWrite } from "./rehearse.ts";
import type { RouteHandler } from "./route.ts";
import type { ShardedWrite } from "./sharded-write.ts";
import { takeIn } from "./take-in.ts";

/** Query parameters that the server knows on these routes. */
const PARAMETERS = new Set(["primaryKey", "csvDelimiter", "customMetadata", "skipCreation"]);

/** Documents that share one stamp, at most. */
const DOCUMENTS_PER_STAMP = 1000;

/** `POST|PUT indexes/:uid/documents`: splits the payload over the shards and sends each part to every replica. */
export const documentsWriteRoute: RouteHandler = {
  routes: [
    { method: "POST", path: "indexes/:uid/documents" },
    { method: "PUT", path: "indexes/:uid/documents" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    requireOwnName(uid);
    const payload = readPayload(request);
    const cluster = await context.cluster();
    if ("response" in payload) return payload.response;
    if (Object.keys(request.params).some((name) => !PARAMETERS.has(name))) {
      return refuseWrite(cluster, request, context.call);
    }
    const call: WriteCall = { uid, request, call: context.call, records: payload.records };
    return takeIn(cluster, uid, (entered) => prepare(entered, call));
  },
};

interface WriteCall {
  readonly uid: string;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly records: readonly RawRecord[];
}

/** Takes the payload apart before anything is awaited, so that the caller may change its objects afterwards. */
function readPayload(request: ClusterRequest): { records: RawRecord[] } | { response: ClusterResponse } {
  const { csvDelimiter } = request.params;
  try {
    const contentType = request.contentType ?? "application/json";
    return {
      records: parsePayload({
        body: request.body,
        contentType,
        ...(csvDelimiter === undefined ? {} : { csvDelimiter }),
      }),
    };
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const { code, message, status } = error;
    const link = `https://docs.meilisearch.com/errors#${code}`;
    const body: ErrorBody = { message, code, type: code === "internal" ? code : "invalid_request", link };
    return { response: { status, body } };
  }
}

/** Decides ids and primary key, makes sure of the index, and puts the write into the lanes; its answer comes later. */
async function prepare(cluster: Cluster, write: WriteCall): Promise<() => Promise<ClusterResponse>> {
  const { uid, request, call, records } = write;
  const { primaryKey: given, customMetadata } = request.params;
  const head = newHead(cluster, {
    indexUid: uid,
    type: "documentAdditionOrUpdate",
    details: { receivedDocuments: records.length },
    ...(customMetadata === undefined ? {} : { customMetadata }),
  });
  const known = await cluster.registry.find(uid);
  const identified = identifyOrFail({ records, given: given ?? null, known: known?.primaryKey ?? null });
  if ("status" in identified) return () => finishUnasked(cluster, { head, outcome: identified, request, call });
  const { primaryKey, documents } = identified;
  const index = await indexForWrite(cluster, { uid, primaryKey }, { request, call });
  if ("response" in index) return async () => index.response;
  if (documents.length === 0 || primaryKey === null)
    return () => finishUnasked(cluster, { head, outcome: NOTHING_RECEIVED, request, call });
  const mode: WriteMode = request.method === "PUT" ? "update" : "replace";
  const folded = fold(documents, mode);
  const documentWrite: DocumentWrite = {
    ...{ head, request, call, primaryKey, mode },
    documents: folded,
    index: physicalUid(index.row),
  };
  const { owners, write: sharded } = await admit(cluster, {
    ...{ row: index.row, work: "write", call, signal: request.signal },
    make: (current) => shardDocuments(current, documentWrite),
  });
  if ("response" in sharded) return async () => sharded.response;
  const accepted = acceptWrite(owners, {
    ...{ head: { ...head, distinct: folded.length }, write: sharded },
  });
  return () => accepted;
}

const NOTHING_RECEIVED: LocalOutcome = {
  status: "succeeded",
  details: { receivedDocuments: 0, indexedDocuments: 0 },
};

type Identified = ReturnType<typeof identify>;

/** The server finds faults in documents only in the task, and then indexes none of them. */
function identifyOrFail(payload: {
  readonly records: readonly RawRecord[];
  readonly given: string | null;
  readonly known: string | null;
}): Identified | LocalOutcome {
  const { records, given, known } = payload;
  try {
    return identify(records, { primaryKey: given, indexPrimaryKey: known });
  } catch (error) {
    if (!(error instanceof DocumentRefusal)) throw error;
    if (error.code === "miroir_reserved_field") throw new MiroirError("miroir_reserved_field", error.message);
    const details = { receivedDocuments: records.length, indexedDocuments: 0 };
    const { code, message } = error;
    return { status: "failed", details, error: { code, message } };
  }
}

interface DocumentWrite {
  readonly head: TaskHead;
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly primaryKey: string;
  readonly mode: WriteMode;
  readonly documents: readonly RawDocument[];
  readonly index: string;
}

/** A document with its place and its text as the nodes get it. */
interface PlacedDocument {
  readonly id: string;
  readonly shard: number;
  readonly text: string;
}

function shardDocuments(cluster: Cluster, write: DocumentWrite): ShardedWrite | { response: ClusterResponse } {
  const { placed, stamp } = placeDocuments(cluster, write);
  const limit = cluster.options.payloadLimitBytes;
  // A node would refuse this document's own request when it has taken the others already.
  if (placed.some(({ text }) => exceedsBytes(text, limit))) return { response: payloadTooLarge(limit) };
  const idsByShard = new Map<number, string[]>();
  for (const { id, shard } of placed) {
    const ids = idsByShard.get(shard);
    if (ids === undefined) idsByShard.set(shard, [id]);
    else ids.push(id);
  }
  const query = queryOf(write);
  return {
    index: write.index,
    stamp,
    idsByShard,
    call: write.call,
    signal: write.request.signal,
    requests(node, shards, isOwed) {
      const own = new Set(shards);
      const texts = placed
        .filter(({ shard, id }) => own.has(shard) && !(write.mode === "update" && isOwed(shard, [id])))
        .map(({ text }) => text);
      return chunkByBytes(texts, cluster.options.payloadLimitBytes).map((body) =>
        toRequest(node, body, { write, query }),
      );
    },
  };
}

const UNITS = ["B", "KB", "MB", "GB"];

function payloadTooLarge(limitBytes: number): ClusterResponse {
  const code = "payload_too_large";
  const power = Math.min(Math.floor(Math.log10(limitBytes) / 3), UNITS.length - 1);
  const size = `${Number((limitBytes / 1000 ** power).toFixed(2))} ${UNITS[power]}`;
  const message = `The provided payload reached the size limit. The maximum accepted payload size is ${size}.`;
  const link = `https://docs.meilisearch.com/errors#${code}`;
  const body: ErrorBody = { message, code, type: "invalid_request", link };
  return { status: 413, body };
}

function placeDocuments(cluster: Cluster, write: DocumentWrite): { placed: PlacedDocument[]; stamp: string } {
  const { hasher, stamps, topology } = cluster;
  const isDerived = write.mode === "update";
  let stamp = stamps.next(isDerived);
  const placed = write.documents.map((document, position) => {
    if (position > 0 && position % DOCUMENTS_PER_STAMP === 0) stamp = stamps.next(isDerived);
    const hash = idHash(hasher, document.id);
    return {
      id: document.id,
      shard: hash & (topology.shards - 1),
      text: render(document, { tags: shardTags(hash), stamp }),
    };
  });
  return { placed, stamp };
}

function queryOf({ request, primaryKey }: DocumentWrite): string {
  const query = new URLSearchParams({ primaryKey });
  const { skipCreation } = request.params;
  if (skipCreation !== undefined) query.set("skipCreation", skipCreation);
  return query.toString();
}

function toRequest(
  node: NodeInfo,
  body: string,
  { write, query }: { readonly write: DocumentWrite; readonly query: string },
): NodeRequest {
  const { request, index } = write;
  return { node, method: request.method, path: `indexes/${index}/documents`, query, body, ...callerHeaders(request) };
}
