import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse, JsonObject, JsonValue, NodeInfo } from "../core/types.ts";
import type { ScatterResult } from "../execute/scatter.ts";
import { concatDocuments, mergeSortedDocuments, planUnsortedPage } from "../merge/documents.ts";
import { withShardFilter } from "../merge/shard-request.ts";
import { withoutReserved } from "../merge/strip.ts";
import { canonicalId } from "../routing/document-id.ts";
import { DocumentRefusal } from "../routing/document-refusal.ts";
import { shardFilter } from "../routing/reserved.ts";
import { idHash } from "../routing/shard.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { bodyOfDocumentsQuery } from "./documents-query.ts";
import { layoutOf } from "./layout.ts";
import { callerHeaders, readMeta, readShards, requireCoverage } from "./read.ts";
import { refuseReservedNames } from "./reserved-names.ts";
import type { RouteHandler } from "./route.ts";
import { shardsFor } from "./shards-for.ts";
import { refuse, refuseMissingIndex } from "./verbatim.ts";

/** `GET indexes/:uid/documents/:id`: from one owner of the id's shard; a second owner is asked before it is called missing. */
export const documentRoute: RouteHandler = {
  routes: [{ method: "GET", path: "indexes/:uid/documents/:id" }],
  async handle(request, context) {
    const { uid = "", id = "" } = context.path;
    const whole = await context.cluster();
    const row = await whole.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(whole, request, { uid, call: context.call });
    const cluster = layoutOf(whole, row);
    const index = physicalUid(row);
    const shard = idHash(cluster.hasher, id) & (cluster.topology.shards - 1);
    const isIndebted = (node: NodeInfo) => cluster.debts.ledger.owesAny(index, { node: node.id, shard }, [id]);
    let notFound: NodeResponse | undefined;
    const result = await readShards(cluster, {
      operation: "documents",
      ...{ index, shards: [shard], call: context.call, signal: request.signal },
      request: (node) => ({
        ...{ node, method: "GET", path: `indexes/${index}/documents/${encodeURIComponent(id)}` },
        query: new URLSearchParams(request.params).toString(),
        ...callerHeaders(request),
      }),
      isNodeFault(response, node) {
        if (!isDocumentMissing(response)) return false;
        if (!isIndebted(node)) notFound ??= response;
        return true;
      },
    });
    const [part] = result.parts;
    // A replica that missed a write of this very document may still hold what was deleted since.
    const found = part !== undefined && notFound !== undefined && isIndebted(part.node) ? undefined : part?.response;
    const answer = found ?? result.refusals[0]?.response ?? notFound;
    if (answer === undefined) requireCoverage({ ...result, parts: [], missing: [shard] }, false);
    const { status, body, headers } = answer ?? { status: 404, body: undefined, headers: {} };
    if (status >= 400) return { status, body, headers };
    return { status, body: withoutReserved(body as JsonObject), meta: readMeta(result, 1) };
  },
};

/** Whether somebody says that there is no such document. */
export function isDocumentMissing({ status, body }: Pick<NodeResponse, "status" | "body">): boolean {
  return status === 404 && (body as { code?: string } | undefined)?.code === "document_not_found";
}

/** `GET indexes/:uid/documents` and `POST …/documents/fetch`. */
export const documentsRoute: RouteHandler = {
  routes: [
    { method: "GET", path: "indexes/:uid/documents" },
    { method: "POST", path: "indexes/:uid/documents/fetch" },
  ],
  async handle(request, context) {
    const uid = context.path["uid"] ?? "";
    const whole = await context.cluster();
    const row = await whole.registry.find(uid);
    if (row === undefined) return refuseMissingIndex(whole, request, { uid, call: context.call });
    const cluster = layoutOf(whole, row);
    const body = request.method === "GET" ? bodyOfDocumentsQuery(request.params) : request.body;
    const page = pageOf(body);
    if (page === undefined) {
      return refuse(cluster, request, { response: { status: 400, headers: {}, body: undefined }, call: context.call });
    }
    refuseReservedNames(body as JsonObject, ["filter", "sort", "fields"]);
    const listing: Listing = { request, row, page, call: context.call, body: body as JsonObject };
    const isSorted = Array.isArray(listing.body["sort"]) && listing.body["sort"].length > 0;
    return isSorted ? listSorted(cluster, listing) : listUnsorted(cluster, listing);
  },
};

interface Page {
  readonly offset: number;
  readonly limit: number;
}

interface Listing {
  readonly request: ClusterRequest;
  readonly row: IndexRow;
  readonly body: JsonObject;
  readonly page: Page;
  readonly call: CallOptions;
}

/** `undefined` when the body is not one that a node would accept. */
function pageOf(body: unknown): Page | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const { offset, limit } = body as JsonObject;
  const isCount = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0;
  const page = { offset: offset ?? 0, limit: limit ?? 20 };
  return isCount(page.offset) && isCount(page.limit) ? { offset: page.offset, limit: page.limit } : undefined;
}

async function listSorted(cluster: Cluster, listing: Listing): Promise<ClusterResponse> {
  const { page } = listing;
  const window = { offset: 0, limit: page.offset + page.limit };
  const result = await fetchParts(cluster, steadied(listing), () => window);
  const refusal = await refusalOf(cluster, listing, result);
  if (refusal !== undefined) return refusal;
  const parts = result.parts.map((part, order) => ({ order, body: part.response.body }));
  return finish(cluster, { result, body: mergeSortedDocuments(parts, page) });
}

/** The listing read from the same replicas for every page: each orders documents that tie in its own way. */
function steadied(listing: Listing): Listing {
  return { ...listing, call: { preference: listing.row.uid, ...listing.call } };
}

/** How often a page is begun again when the nodes that hold it change half-way. */
const LISTING_TRIES = 3;

/**
 * Without a sort the list is the nodes' own lists behind one another. A first round learns how long each is, a second
 * fetches the page; both must be answered by the same replicas, whose lists are ordered differently.
 */
async function listUnsorted(cluster: Cluster, listing: Listing): Promise<ClusterResponse> {
  const steady = steadied(listing);
  for (let tries = 1; ; tries++) {
    const counted = await fetchParts(cluster, steady, () => ({ offset: 0, limit: 0 }));
    const refusal = await refusalOf(cluster, listing, counted);
    if (refusal !== undefined) return refusal;
    const page = await fetchPage(cluster, steady, counted);
    if (page !== undefined) return page;
    if (tries === LISTING_TRIES) throw unsteady(counted);
  }
}

function unsteady({ failures }: ScatterResult): MiroirError {
  return new MiroirError(
    "miroir_shard_unavailable",
    "The nodes that hold this page changed each time while it was read. Ask again.",
    { status: 503, attempts: failures },
  );
}

/** The page out of the parts that were counted; `undefined` when a node that counted one does not answer any more. */
async function fetchPage(
  cluster: Cluster,
  listing: Listing,
  counted: ScatterResult,
): Promise<ClusterResponse | undefined> {
  const { page } = listing;
  const totals = counted.parts.map((part) => (part.response.body as { total: number }).total);
  const windows = planUnsortedPage(totals, page.offset, page.limit);
  const fetched = await Promise.all(
    windows.map(async ({ part, ...window }) => {
      const { shards, node } = counted.parts[part] ?? { shards: [], node: { id: "" } };
      return { part, result: await fetchParts(cluster, { ...listing, shards, onlyNode: node.id }, () => window) };
    }),
  );
  if (fetched.some(({ result }) => result.missing.length > 0)) return undefined;
  for (const { result } of fetched) {
    const late = await refusalOf(cluster, listing, result);
    if (late !== undefined) return late;
  }
  const parts = fetched.flatMap(({ part, result }) =>
    result.parts.map(({ response }) => ({ order: part, body: response.body })),
  );
  const total = totals.reduce((sum, count) => sum + count, 0);
  return finish(cluster, { result: counted, body: concatDocuments(parts, { ...page, total }) });
}

/** Asks for a window of the documents of some shards, limited by the user's filter, ids and fields. */
function fetchParts(
  cluster: Cluster,
  listing: Listing & { readonly shards?: readonly number[]; readonly onlyNode?: string },
  windowFor: () => Page,
): Promise<ScatterResult> {
  const { request, row, body, call, onlyNode } = listing;
  const index = physicalUid(row);
  const isSorted = body["sort"] !== undefined;
  return readShards(cluster, {
    operation: "documents",
    ...{ index, call, signal: request.signal, shards: listing.shards ?? shardsOf(cluster, row, body) },
    ...(onlyNode === undefined ? {} : { onlyNode }),
    request(node, shards) {
      const { authorization, headers } = callerHeaders(request);
      const filter = withShardFilter(body["filter"], shardFilter(cluster.topology.shards, shards));
      return {
        ...{ node, method: "POST", path: `indexes/${index}/documents/fetch` },
        body: JSON.stringify({ ...body, ...windowFor(), filter }),
        ...(authorization === undefined ? {} : { authorization }),
        headers: isSorted ? { ...headers, "meili-proxy-search": "true" } : { ...headers },
      };
    },
  });
}

/** The shards that can hold both the ids asked for and what the filter lets through; one of them when none can. */
function shardsOf(cluster: Cluster, row: IndexRow, body: JsonObject): readonly number[] {
  const filtered = shardsFor(cluster, row, body);
  const owning = shardsOfIds(cluster, body["ids"]);
  const both = owning === undefined ? filtered : filtered.filter((shard) => owning.has(shard));
  return both.length > 0 ? both : filtered.slice(0, 1);
}

/** The shards of the ids asked for; `undefined` when they are absent or cannot be read. */
function shardsOfIds(cluster: Cluster, ids: JsonValue | undefined): ReadonlySet<number> | undefined {
  if (!Array.isArray(ids) || ids.length === 0) return undefined;
  try {
    const mask = cluster.topology.shards - 1;
    return new Set(ids.map((id) => idHash(cluster.hasher, canonicalId(id)) & mask));
  } catch (error) {
    if (error instanceof DocumentRefusal) return undefined; // a node words the refusal
    throw error;
  }
}

/** The answer when a node refused, or when shards are missing and may not be. */
async function refusalOf(
  cluster: Cluster,
  listing: Listing,
  result: ScatterResult,
): Promise<ClusterResponse | undefined> {
  const [refusal] = result.refusals;
  if (refusal !== undefined) {
    return refuse(cluster, listing.request, { response: refusal.response, call: listing.call });
  }
  requireCoverage(result, listing.call.partial === true);
  return undefined;
}

function finish(cluster: Cluster, { result, body }: { result: ScatterResult; body: JsonObject }): ClusterResponse {
  return { status: 200, body, meta: readMeta(result, cluster.topology.shards) };
}
