import type { RawDocument, RawField } from "./raw-document.ts";

/** What a write does to a document that is there: take its place, or merge its top-level fields into it. */
export type WriteMode = "replace" | "update";

/**
 * Folds documents of one id into one, in their order, as a node does within one call: the last wins, or is merged into
 * those before it. The answer keeps the order in which ids first came.
 */
export function fold(documents: readonly RawDocument[], mode: WriteMode): RawDocument[] {
  const byId = new Map<string, RawDocument>();
  for (const document of documents) {
    const earlier = byId.get(document.id);
    byId.set(document.id, earlier && mode === "update" ? merge(earlier, document) : document);
  }
  return [...byId.values()];
}

function merge(earlier: RawDocument, later: RawDocument): RawDocument {
  const fields = new Map<string, RawField>(earlier.fields.map((field) => [field.key, field]));
  for (const field of later.fields) fields.set(field.key, field);
  return { id: later.id, fields: [...fields.values()] };
}
