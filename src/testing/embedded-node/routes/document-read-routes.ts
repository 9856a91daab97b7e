import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { idText } from "../documents/document-id.ts";
import { checkFilterSyntax } from "../documents/filter-syntax.ts";
import { isLostInSort } from "../documents/lost-in-sort.ts";
import { selectFields } from "../documents/select-fields.ts";
import { sortValues } from "../documents/sort-values.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import { queryBoolean, queryList, queryUnsigned } from "../validation/query-readers.ts";
import { anyValue, arrayOf, boolean, nullable, object, string, unsigned } from "../validation/readers.ts";
import { requireNetwork } from "./required-features.ts";
import { splitSortParameter } from "./sort-parameter.ts";

interface Browse {
  offset?: number;
  limit?: number;
  fields?: string[] | null;
  retrieveVectors?: boolean;
  ids?: JsonValue[] | null;
  filter?: JsonValue;
  sort?: string[] | null;
  useNetwork?: boolean | null;
}

const CODES = {
  offset: "invalid_document_offset",
  limit: "invalid_document_limit",
  fields: "invalid_document_fields",
  retrieveVectors: "invalid_document_retrieve_vectors",
  ids: "invalid_document_ids",
  filter: "invalid_document_filter",
  sort: "invalid_document_sort",
  useNetwork: "invalid_document_use_network",
};

const readFetchBody = object<Browse>({
  offset: { read: unsigned, code: CODES.offset },
  limit: { read: unsigned, code: CODES.limit },
  fields: { read: nullable(arrayOf(string)), code: CODES.fields },
  retrieveVectors: { read: boolean, code: CODES.retrieveVectors },
  ids: { read: nullable(arrayOf(anyValue)), code: CODES.ids },
  filter: { read: anyValue, code: CODES.filter },
  sort: { read: nullable(arrayOf(string)), code: CODES.sort },
  useNetwork: { read: nullable(boolean), code: CODES.useNetwork },
});

const readListQuery = object<Browse>({
  offset: { read: queryUnsigned, code: CODES.offset },
  limit: { read: queryUnsigned, code: CODES.limit },
  fields: { read: queryList, code: CODES.fields },
  retrieveVectors: { read: queryBoolean, code: CODES.retrieveVectors },
  ids: { read: queryList, code: CODES.ids },
  filter: { read: string, code: CODES.filter },
  sort: { read: (value, place) => splitSortParameter(string(value, place)), code: CODES.sort },
  useNetwork: { read: queryBoolean, code: CODES.useNetwork },
});

const readOneQuery = object<Pick<Browse, "fields" | "retrieveVectors" | "useNetwork">>({
  fields: { read: queryList, code: CODES.fields },
  retrieveVectors: { read: queryBoolean, code: CODES.retrieveVectors },
  useNetwork: { read: queryBoolean, code: CODES.useNetwork },
});

/** Read documents: a list, a list by body, one. */
export const documentReadRoutes: readonly Route[] = [
  { method: "GET", path: "/indexes/:indexUid/documents", action: "documents.get", handle: listDocuments },
  {
    method: "POST",
    path: "/indexes/:indexUid/documents/fetch",
    action: "documents.get",
    isRead: true,
    handle: fetchDocuments,
  },
  { method: "GET", path: "/indexes/:indexUid/documents/:documentId", action: "documents.get", handle: getDocument },
];

function listDocuments(context: RouteContext): Reply {
  return browse(context, readQuery(context.request, readListQuery));
}

function fetchDocuments(context: RouteContext): Reply {
  const body = readBody(context, readFetchBody);
  return browse(context, body);
}

function getDocument(context: RouteContext): Reply {
  const { node, request, params } = context;
  const { fields = null, retrieveVectors = false, useNetwork } = readQuery(request, readOneQuery);
  const index = node.index(checkIndexUid(params["indexUid"] ?? ""));
  if (useNetwork === true) requireNetwork(node, "passing `useNetwork` in a document query");
  const id = params["documentId"] ?? "";
  const document = index.get(id);
  if (document === undefined) throw new ApiError("document_not_found", `Document \`${id}\` not found.`);
  return ok(shown(index, document, { fields, retrieveVectors }));
}

function browse({ node, request, params }: RouteContext, query: Browse): Reply {
  const uid = checkIndexUid(params["indexUid"] ?? "");
  if (query.useNetwork === true) requireNetwork(node, "passing `useNetwork` in a document query");
  const ids = query.ids?.map(checkedId);
  const index = node.index(uid);
  checkFilterSyntax(node, query.filter, CODES.filter);
  const { offset = 0, limit = 20, fields = null, retrieveVectors = false } = query;
  const docids = candidates(index, query, ids);
  const ordered = sorted(index, docids, query.sort ?? []);
  const isProxy = request.headers["meili-proxy-search"] === "true";
  const results = ordered.slice(offset, offset + limit).map((docid) => {
    const document = index.engine.get(docid) ?? {};
    const view = shown(index, document, { fields, retrieveVectors });
    if (!isProxy) return view;
    return { ...view, _federation: { weightedScoreValues: sortValues(document, query.sort ?? []) } };
  });
  return ok({ results, offset, limit, total: docids.length });
}

function sorted(index: EmbeddedIndex, docids: readonly number[], sort: readonly string[]): readonly number[] {
  if (sort.length === 0) return docids;
  const ordered = index.engine.order(docids, sort);
  checkGeoSort(index, sort);
  return ordered.filter((docid) => !isLostInSort(index.engine.get(docid) ?? {}, sort));
}

/** Sorting by distance is refused as long as no document ever had a place. */
function checkGeoSort(index: EmbeddedIndex, sort: readonly string[]): void {
  if (!sort.some((expression) => expression.startsWith("_geoPoint(")) || index.knownFields.has("_geo.lat")) return;
  const names = [...index.sortableAttributes].sort().join(", ");
  throw new ApiError(
    CODES.sort,
    `Attribute \`_geo\` is not sortable. Available sortable attributes are: \`${names}\`.`,
  );
}

function candidates(index: EmbeddedIndex, query: Browse, ids: readonly string[] | undefined): number[] {
  const filter = query.filter === "" ? undefined : query.filter;
  const selected = index.engine.select(filter, CODES.filter);
  if (ids === undefined) return selected;
  const wanted = new Set(ids.map((id) => index.docidOf(id)));
  return selected.filter((docid) => wanted.has(docid));
}

function checkedId(value: JsonValue, at: number): string {
  const id = idText(value);
  if (typeof id === "string") return id;
  throw new ApiError(CODES.ids, `In \`.ids[${at}]\`: ${id.refusal}`);
}

/** A document as it is shown: the fields asked for, and its vectors if asked for. */
function shown(
  index: EmbeddedIndex,
  document: JsonObject,
  options: { fields: readonly string[] | null; retrieveVectors: boolean },
): JsonObject {
  const { _vectors, ...rest } = document;
  const { fields } = options;
  const isWhole = fields === null || fields.includes("*");
  const visible = isWhole ? rest : selectFields(rest, { fields, known: index.knownFields });
  return options.retrieveVectors ? { ...visible, _vectors: _vectors ?? {} } : visible;
}
