import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { editDocuments } from "../documents/document-edition.ts";
import { checkFilterGiven, checkFilterSyntax } from "../documents/filter-syntax.ts";
import { ScriptError } from "../edition/script-error.ts";
import { parseScript } from "../edition/script-parser.ts";
import type { ScriptStatement } from "../edition/script-tree.ts";
import { EngineError } from "../engine/contract.ts";
import { ApiError } from "../http/api-error.ts";
import type { Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { checkIndexUid } from "../indexes/index-uid.ts";
import type { NodeState } from "../node-state.ts";
import { anyValue, nullable, object, string } from "../validation/readers.ts";
import { metadataOf, readMetadataQuery } from "./document-write-routes.ts";
import { enqueue } from "./enqueue.ts";

const CODE = "invalid_document_filter";

const readDeletion = object<{ filter: JsonValue }>({
  filter: { read: anyValue, code: CODE, required: "missing_document_filter" },
});

const readEdition = object<{ filter?: JsonValue; context?: JsonValue; function: string }>({
  filter: { read: anyValue, code: CODE },
  context: { read: nullable(anyValue), code: "invalid_document_edition_context" },
  function: { read: string, code: "bad_request", required: "missing_document_edition_function" },
});

/** Delete documents by filter; edit them by function. */
export const documentFilterRoutes: readonly Route[] = [
  { method: "POST", path: "/indexes/:indexUid/documents/delete", action: "documents.delete", handle: deleteByFilter },
  { method: "POST", path: "/indexes/:indexUid/documents/edit", action: "documents.*", handle: editByFunction },
];

function deleteByFilter(context: RouteContext): Reply {
  const { node, request, params } = context;
  const { filter } = readBody(context, readDeletion);
  const query = readQuery(request, readMetadataQuery);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  checkFilterGiven(filter, CODE);
  checkFilterSyntax(node, filter, CODE);
  const details = (deletedDocuments: number | null): JsonObject => ({
    providedIds: 0,
    deletedDocuments,
    originalFilter: JSON.stringify(filter),
  });
  return enqueue(node, {
    type: "documentDeletion",
    indexUid: uid,
    ...metadataOf(query),
    details: details(null),
    abandoned: details(0),
    run: () => {
      const index = node.index(uid);
      const deleted = index.removeDocids(selectInTask(index, filter));
      node.touch(index);
      return details(deleted);
    },
  });
}

/** Inside a task the refusals of a filter begin with the index. */
function selectInTask(index: EmbeddedIndex, filter: JsonValue | undefined): number[] {
  return prefixed(index.uid, () => index.engine.select(filter, CODE));
}

function prefixed<T>(uid: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const isRefusal = cause instanceof EngineError || (cause instanceof ApiError && cause.code === CODE);
    if (isRefusal) throw new ApiError(cause.code, `Index \`${uid}\`: ${cause.message}`);
    throw cause;
  }
}

/** Functions may use assignments, conditions, operators and the commonest methods; no loops, no functions of their own. */
function editByFunction(context: RouteContext): Reply {
  const { node, params } = context;
  requireEditing(node);
  const edition = readBody(context, readEdition);
  const uid = checkIndexUid(params["indexUid"] ?? "");
  const scriptContext = edition.context ?? null;
  const script = parseFunction(edition.function);
  const filter = edition.filter ?? null;
  prefixed(uid, () => checkFilterSyntax(node, filter, CODE));
  if (typeof scriptContext !== "object" || Array.isArray(scriptContext)) {
    throw new ApiError("invalid_document_edition_context", "The context must be an object");
  }
  const details = (editedDocuments: number | null, deletedDocuments: number | null): JsonObject => ({
    editedDocuments,
    deletedDocuments,
    originalFilter: filter === null ? null : JSON.stringify(filter),
    context: scriptContext,
    function: edition.function,
  });
  return enqueue(node, {
    type: "documentEdition",
    indexUid: uid,
    ...metadataOf(readQuery(context.request, readMetadataQuery)),
    details: details(null, null),
    abandoned: details(0, null),
    run: () => {
      const index = node.index(uid);
      const docids = selectInTask(index, filter);
      editDocuments(index, { script, context: scriptContext, docids });
      node.touch(index);
      return details(docids.length, docids.length);
    },
  });
}

function parseFunction(text: string): ScriptStatement[] {
  try {
    return parseScript(text);
  } catch (cause) {
    if (cause instanceof ScriptError) throw new ApiError("bad_request", cause.message);
    throw cause;
  }
}

function requireEditing(node: NodeState): void {
  node.features.require({
    feature: "editDocumentsByFunction",
    action: "Using the documents edit route",
    name: "edit documents by function",
    link: "https://github.com/orgs/meilisearch/discussions/762",
  });
}
