import type { JsonObject } from "../../../core/types.ts";
import { embeddingsOf, userEmbedders } from "../documents/vectors.ts";
import type { EmbeddedIndex } from "./embedded-index.ts";

/** The statistics of one index as the stats routes show them; sizes are those of the JSON texts. */
export function indexStats(index: EmbeddedIndex, isIndexing: boolean): JsonObject {
  let bytes = 0;
  let numberOfEmbeddings = 0;
  let numberOfEmbeddedDocuments = 0;
  const embedders = userEmbedders(index.settings);
  const counts: Record<string, number> = {};
  for (const document of index.documents()) {
    bytes += JSON.stringify(document).length;
    for (const field of Object.keys(document)) {
      if (field !== "_vectors") counts[field] = (counts[field] ?? 0) + 1;
    }
    const embeddings = embedders.reduce((sum, { name }) => sum + embeddingsOf(document, name).length, 0);
    numberOfEmbeddings += embeddings;
    if (embeddings > 0) numberOfEmbeddedDocuments += 1;
  }
  return {
    numberOfDocuments: index.size,
    rawDocumentDbSize: bytes,
    avgDocumentSize: index.size === 0 ? 0 : Math.floor(bytes / index.size),
    isIndexing,
    numberOfEmbeddings,
    numberOfEmbeddedDocuments,
    fieldDistribution: Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** An index as the index routes show it. */
export function indexView(index: EmbeddedIndex): JsonObject {
  return {
    uid: index.uid,
    createdAt: new Date(index.createdAt).toISOString(),
    updatedAt: new Date(index.updatedAt).toISOString(),
    primaryKey: index.primaryKey,
  };
}
