import type { JsonObject } from "../../../core/types.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { documentId } from "./document-id.ts";
import { checkGeo } from "./geo-check.ts";
import { decidePrimaryKey } from "./primary-key.ts";
import { stageVectors, userEmbedders } from "./vectors.ts";

/** A checked addition of documents, waiting for its turn. */
export interface DocumentAddition {
  readonly documents: readonly JsonObject[];
  /** `replace` whole documents or `update` the members that were sent. */
  readonly method: "replace" | "update";
  /** Primary key named by the request. */
  readonly primaryKey: string | undefined;
  /** Leave out documents that are not in the index yet. */
  readonly skipCreation: boolean;
}

/** Adds all documents or, by throwing, none. Answers how many different ids were sent. */
export function addDocuments(index: EmbeddedIndex, addition: DocumentAddition): number {
  const [firstDocument] = addition.documents;
  if (firstDocument === undefined) {
    if (index.primaryKey === null && addition.primaryKey !== undefined) index.primaryKey = addition.primaryKey;
    return 0;
  }
  const clues = { ofIndex: index.primaryKey, ofRequest: addition.primaryKey, firstDocument };
  const primaryKey = decidePrimaryKey(clues);
  const { staged, distinctIds } = stage(index, addition, primaryKey);
  if (hasGeo(index)) for (const [id, document] of staged) checkGeo(document, id, index.uid);
  stageVectors({
    staged,
    stored: (id) => index.get(id),
    embedders: userEmbedders(index.settings),
    indexUid: index.uid,
  });
  if (index.primaryKey === null) index.primaryKey = primaryKey;
  for (const [id, document] of staged) index.put(id, document);
  return distinctIds;
}

/** The documents as they will be stored, in order of first appearance. */
function stage(
  index: EmbeddedIndex,
  addition: DocumentAddition,
  primaryKey: string,
): { staged: Map<string, JsonObject>; distinctIds: number } {
  const staged = new Map<string, JsonObject>();
  const ids = new Set<string>();
  for (const document of addition.documents) {
    const id = documentId(document, primaryKey);
    ids.add(id);
    const before = staged.get(id) ?? index.get(id);
    if (before === undefined && addition.skipCreation) continue;
    staged.set(id, addition.method === "replace" ? document : { ...before, ...document });
  }
  return { staged, distinctIds: ids.size };
}

/** Geo fields are only checked where they are used. */
function hasGeo(index: EmbeddedIndex): boolean {
  const { filterableAttributes, sortableAttributes } = index.settings;
  const names = [...((filterableAttributes as unknown[]) ?? []), ...((sortableAttributes as unknown[]) ?? [])];
  return names.includes("_geo");
}
