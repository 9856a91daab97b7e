import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { addDocuments } from "../documents/document-addition.ts";
import { columnOf, type PayloadFormat, parsePayload, serdeKind } from "../documents/payload.ts";
import { ApiError } from "../http/api-error.ts";
import type { EmbeddedRequest, Reply } from "../http/message.ts";
import { bodyText, mediaType, readQuery, refuseLargeBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import { JsonSyntaxError } from "../json/json-scanner.ts";
import { parseJson } from "../json/parse-json.ts";
import type { Reader } from "../validation/place.ts";
import { object, string } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import { enqueue } from "./enqueue.ts";

const FORMAT_BY_TYPE: Readonly<Record<string, PayloadFormat>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "text/csv": "csv",
};

interface AdditionQuery {
  primaryKey?: string;
  csvDelimiter?: string;
  customMetadata?: string;
  skipCreation?: boolean;
}

const delimiter: Reader<string> = (value, place) => {
  const text = string(value, place);
  const characters = [...text];
  if (text === "") throw invalidValue("expected a string of one character, but found an empty string", place);
  if (characters.length > 1) {
    const found = `the following string of ${characters.length} characters: \`${text}\``;
    throw invalidValue(`expected a string of one character, but found ${found}`, place);
  }
  if (text.charCodeAt(0) < 128) return text;
  throw new ApiError(place.code, `csv delimiter must be an ascii character. Found: \`${text}\``);
};

const eitherBoolean: Reader<boolean> = (value, place) => {
  const text = string(value, place).toLowerCase();
  if (text === "true" || text === "false") return text === "true";
  throw new ApiError(place.code, `skipCreation must be either \`true\` or \`false\`. Found: \`${String(value)}\``);
};

const readAdditionQuery = object<AdditionQuery>({
  primaryKey: { read: string, code: "invalid_index_primary_key" },
  csvDelimiter: { read: delimiter, code: "invalid_document_csv_delimiter" },
  customMetadata: { read: string, code: "invalid_index_custom_metadata" },
  skipCreation: { read: eitherBoolean, code: "invalid_skip_creation" },
});

/** The query of every other write of documents. */
export const readMetadataQuery = object<{ customMetadata?: string }>({
  customMetadata: { read: string, code: "invalid_index_custom_metadata" },
});

const PATH = "/indexes/:indexUid/documents";

/** Add, update and delete documents by id. */
export const documentWriteRoutes: readonly Route[] = [
  { method: "POST", path: PATH, action: "documents.add", handle: (context) => add(context, "replace") },
  { method: "PUT", path: PATH, action: "documents.add", handle: (context) => add(context, "update") },
  { method: "DELETE", path: PATH, action: "documents.delete", handle: deleteAll },
  { method: "DELETE", path: `${PATH}/:documentId`, action: "documents.delete", handle: deleteOne },
  { method: "POST", path: `${PATH}/delete-batch`, action: "documents.delete", handle: deleteBatch },
];

function add(context: RouteContext, method: "replace" | "update"): Reply {
  const { node, request, params, access } = context;
  const query = readQuery(request, readAdditionQuery);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const format = payloadFormat(request, query.csvDelimiter);
  refuseLargePayload(request, node.settings.payloadLimitBytes);
  const documents = parsePayload(bodyText(request), format, query.csvDelimiter ?? ",");
  const receivedDocuments = documents.length;
  const mayCreate = access.mayCreateIndex(uid);
  return enqueue(node, {
    type: "documentAdditionOrUpdate",
    indexUid: uid,
    ...metadataOf(query),
    details: { receivedDocuments, indexedDocuments: null },
    abandoned: { receivedDocuments, indexedDocuments: 0 },
    documents: () => documents.map((document) => JSON.stringify(document)).join(""),
    run: () => {
      const index = node.indexForWrite(uid, mayCreate);
      const indexedDocuments = addDocuments(index, {
        documents,
        method,
        primaryKey: query.primaryKey,
        skipCreation: query.skipCreation === true,
      });
      node.touch(index);
      return { receivedDocuments, indexedDocuments };
    },
  });
}

function payloadFormat(request: EmbeddedRequest, csvDelimiter: string | undefined): PayloadFormat {
  const type = mediaType(request, Object.keys(FORMAT_BY_TYPE));
  const format = FORMAT_BY_TYPE[type] ?? "json";
  if (csvDelimiter === undefined || format === "csv") return format;
  throw new ApiError(
    "invalid_content_type",
    `The Content-Type \`${type}\` does not support the use of a csv delimiter. The csv delimiter can only be used with the Content-Type \`text/csv\`.`,
  );
}

function refuseLargePayload(request: EmbeddedRequest, limit: number): void {
  if (request.body.byteLength <= limit) return;
  const words = "The provided payload reached the size limit. The maximum accepted payload size is";
  throw new ApiError("payload_too_large", `${words} ${humanBytes(limit)}.`);
}

/** Decimal units unless the limit is a multiple of 1024. */
function humanBytes(bytes: number): string {
  const base = bytes % 1024 === 0 ? 1024 : 1000;
  const units = base === 1024 ? ["B", "KiB", "MiB", "GiB", "TiB"] : ["B", "KB", "MB", "GB", "TB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= base && unit < units.length - 1) {
    amount /= base;
    unit += 1;
  }
  return `${amount} ${units[unit] ?? "B"}`;
}

function deleteAll(context: RouteContext): Reply {
  const { node, request, params } = context;
  const query = readQuery(request, readMetadataQuery);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  return enqueue(node, {
    type: "documentDeletion",
    indexUid: uid,
    ...metadataOf(query),
    details: { deletedDocuments: null },
    abandoned: { deletedDocuments: 0 },
    run: () => {
      const index = node.index(uid);
      const deletedDocuments = index.clear();
      node.touch(index);
      return { deletedDocuments };
    },
  });
}

function deleteOne(context: RouteContext): Reply {
  return deleteByIds(context, [context.params["documentId"] ?? ""]);
}

function deleteBatch(context: RouteContext): Reply {
  mediaType(context.request, ["application/json"]);
  refuseLargeBody(context.request, context.node.settings.payloadLimitBytes);
  const values = batchBody(bodyText(context.request));
  const ids = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return deleteByIds(context, ids);
}

/** This route reads its body with other means than the rest, and words its refusals differently. */
function batchBody(text: string): JsonValue[] {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    if (text === "") throw new ApiError("missing_payload", "A json payload is missing.");
    throw new ApiError("malformed_payload", `The json payload provided is malformed. \`${cause.message}\`.`);
  }
  if (Array.isArray(value)) return value;
  const problem = `invalid type: ${serdeKind(value)}, expected a sequence at line 1 column ${columnOf(value)}`;
  throw new ApiError("bad_request", `Json deserialize error: ${problem}`);
}

function deleteByIds(context: RouteContext, ids: readonly string[]): Reply {
  const { node, request, params } = context;
  const query = readQuery(request, readMetadataQuery);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const details = (deletedDocuments: number | null): JsonObject => ({
    providedIds: ids.length,
    deletedDocuments,
    originalFilter: null,
  });
  return enqueue(node, {
    type: "documentDeletion",
    indexUid: uid,
    ...metadataOf(query),
    details: details(null),
    abandoned: details(0),
    run: () => {
      const index = node.index(uid);
      const deleted = index.removeAll(new Set(ids));
      node.touch(index);
      return details(deleted);
    },
  });
}

/** The member of a task plan that carries the caller's note. */
export function metadataOf(query: { customMetadata?: string }): { customMetadata?: string } {
  return query.customMetadata === undefined ? {} : { customMetadata: query.customMetadata };
}
