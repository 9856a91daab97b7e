import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { runScript } from "../edition/run-script.ts";
import { ScriptError } from "../edition/script-error.ts";
import type { ScriptStatement } from "../edition/script-tree.ts";
import { ApiError } from "../http/api-error.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { documentId } from "./document-id.ts";

/** An edit of some documents by a script. */
export interface DocumentEdition {
  readonly script: readonly ScriptStatement[];
  readonly context: JsonValue;
  readonly docids: readonly number[];
}

/** Edits all documents or, by throwing, none; a document that becomes `()` is removed. */
export function editDocuments(index: EmbeddedIndex, edition: DocumentEdition): void {
  const edited = edition.docids.map((docid) => editOne(index, docid, edition));
  index.removeAll(edited.flatMap(({ id, document }) => (document === null ? [id] : [])));
  for (const { id, document } of edited) if (document !== null) index.put(id, document);
}

function editOne(index: EmbeddedIndex, docid: number, { script, context }: DocumentEdition) {
  const before = index.engine.get(docid) ?? {};
  const primaryKey = index.primaryKey ?? "";
  const id = documentId(before, primaryKey);
  const document = run(index.uid, () => runScript(script, before, context));
  if (document === null) return { id, document };
  if (typeof document !== "object" || Array.isArray(document)) {
    throw refuse(index.uid, "Document editions must keep documents as objects");
  }
  if (idAfter(index, document) !== id) {
    throw refuse(index.uid, "Document editions cannot modify a document's primary key");
  }
  return { id, document };
}

function idAfter(index: EmbeddedIndex, document: JsonObject): string {
  try {
    return documentId(document, index.primaryKey ?? "");
  } catch (cause) {
    if (cause instanceof ApiError) throw new ApiError(cause.code, `Index \`${index.uid}\`: ${cause.message}`);
    throw cause;
  }
}

function run<T>(indexUid: string, script: () => T): T {
  try {
    return script();
  } catch (cause) {
    if (!(cause instanceof ScriptError)) throw cause;
    const words = `Document edition runtime error encountered while running the function: ${cause.message}`;
    throw refuse(indexUid, words);
  }
}

function refuse(indexUid: string, words: string): ApiError {
  return new ApiError("edit_documents_by_function_error", `Index \`${indexUid}\`: ${words}`);
}
