import { MiroirError } from "../core/errors.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { NodeResponse } from "../transport/transport.ts";
import { type Operator, type OperatorCall, OperatorCallFailed } from "./operator.ts";

/** Uid of the hidden index on every node that holds what miroir knows about the cluster. */
export const STATE_INDEX = "miroir__state";

/** A record in the state index; `value` is kept as JSON text so that the node stores it untouched. */
export interface StateRecord {
  /** Unique over all kinds, in the characters of a document id. */
  readonly id: string;
  readonly kind: "marker" | "index" | "debt" | "payment" | "rule" | "missed" | "seen" | "version";
  readonly value: JsonObject;
}

interface StateDocument {
  readonly id: string;
  readonly kind: StateRecord["kind"];
  readonly value: string;
}

/** Most records read in one request. */
const PAGE = 1000;

/** Most records of a node that a search shows, by its settings; a node where they were not set shows {@link PAGE}. */
const MOST_RECORDS = 1_000_000;

/** Settings of the state index: records are filtered by kind, and all of them can be found by a search. */
export const STATE_SETTINGS: JsonObject = {
  searchableAttributes: ["kind"],
  filterableAttributes: ["kind"],
  pagination: { maxTotalHits: MOST_RECORDS },
};

/** Which records to read, and how. */
export interface StateRead {
  readonly signal?: AbortSignal | undefined;
  /** Only a first meeting, and the check of a connection, go unchecked. */
  readonly unchecked: boolean;
  /** Only records of this kind. */
  readonly kind?: StateRecord["kind"];
}

/** The records of a node, or `undefined` when it has no state index. */
export async function readState(
  operator: Operator,
  node: NodeInfo,
  read: StateRead,
): Promise<StateRecord[] | undefined> {
  const records: StateRecord[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await readPage(operator, node, { ...read, offset });
    if (page === undefined) return undefined;
    for (const { id, kind, value } of page.documents) {
      records.push({ id, kind, value: JSON.parse(value) as JsonObject });
    }
    if (offset + PAGE >= page.total) return records;
    if (page.documents.length === 0) throw incomplete(node, { offset, total: page.total });
  }
}

interface StatePage {
  readonly documents: readonly StateDocument[];
  readonly total: number;
}

/** A page read as documents or, where the key may only search, found as hits. */
async function readPage(
  operator: Operator,
  node: NodeInfo,
  read: StateRead & { readonly offset: number },
): Promise<StatePage | undefined> {
  if (!operator.isSearchOnly) {
    const response = await askFor(operator, node, documentsCall(read));
    if (response === undefined) return undefined;
    if (response.status === 200) {
      const { results, total } = response.body as { results: StateDocument[]; total: number };
      return { documents: results, total };
    }
    if (response.status !== 403) await operator.demand(node, documentsCall(read));
  }
  const found = await askFor(operator, node, searchCall(read));
  if (found === undefined) return undefined;
  if (found.status !== 200) await operator.demand(node, searchCall(read));
  operator.isSearchOnly = true;
  const { hits, estimatedTotalHits } = found.body as { hits: StateDocument[]; estimatedTotalHits: number };
  return { documents: hits, total: estimatedTotalHits };
}

function documentsCall({ signal, unchecked, kind, offset }: StateRead & { readonly offset: number }): OperatorCall {
  const filter = kind === undefined ? "" : `&filter=${encodeURIComponent(`kind = ${kind}`)}`;
  return {
    ...{ method: "GET", path: `indexes/${STATE_INDEX}/documents`, query: `limit=${PAGE}&offset=${offset}${filter}` },
    ...{ unchecked, ...(signal && { signal }) },
  };
}

function searchCall({ signal, unchecked, kind, offset }: StateRead & { readonly offset: number }): OperatorCall {
  const body = { limit: PAGE, offset, ...(kind === undefined ? {} : { filter: `kind = ${kind}` }) };
  return {
    ...{ method: "POST", path: `indexes/${STATE_INDEX}/search`, body, unchecked },
    ...(signal && { signal }),
  };
}

/** One record of a node, or `undefined` when it shows none by this id; takes a key that may read documents. */
export async function readRecord(
  operator: Operator,
  node: NodeInfo,
  { id, ...limits }: { readonly id: string } & Pick<OperatorCall, "signal" | "timeoutMs">,
): Promise<StateRecord | undefined> {
  const path = `indexes/${STATE_INDEX}/documents/${id}`;
  const response = await operator.ask(node, { method: "GET", path, ...limits });
  if (response.status === 404) return undefined;
  if (response.status !== 200) {
    throw new OperatorCallFailed(node, { kind: "answered", response }, `did not show its record \`${id}\``);
  }
  const { kind, value } = response.body as StateDocument;
  return { id, kind, value: JSON.parse(value) as JsonObject };
}

/** The answer; `undefined` when the node has no state index. */
async function askFor(operator: Operator, node: NodeInfo, call: OperatorCall): Promise<NodeResponse | undefined> {
  const response = await operator.ask(node, call);
  return response.status === 404 && isIndexMissing(response.body) ? undefined : response;
}

function incomplete(
  { id, url }: NodeInfo,
  { offset, total }: { readonly offset: number; readonly total: number },
): Error {
  return new MiroirError(
    "miroir_store_unavailable",
    `Node \`${id}\` (${url}) shows ${offset} of its ${total} records to a key that may only search. Give an \`operatorKey\` that may read documents.`,
    { status: 503 },
  );
}

function isIndexMissing(body: unknown): boolean {
  return (body as { code?: string } | undefined)?.code === "index_not_found";
}

/** Enqueues records on a node, replacing those with the same id; answers the node's task uid. */
export async function putState(
  operator: Operator,
  node: NodeInfo,
  records: readonly StateRecord[],
  options: { readonly signal?: AbortSignal; readonly unchecked?: boolean } = {},
): Promise<number> {
  const documents = records.map(({ id, kind, value }) => ({ id, kind, value: JSON.stringify(value) }));
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: `indexes/${STATE_INDEX}/documents`,
    query: "primaryKey=id",
    body: documents,
    ...options,
  });
  return taskUid;
}
