import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import type { StoredSettings } from "../settings/stored-settings.ts";
import { columnOf, serdeKind } from "./payload.ts";

/** An embedder whose vectors the documents bring along. */
export interface UserEmbedder {
  readonly name: string;
  readonly dimensions: number;
}

/** The embedders of an index that take their vectors from the documents. */
export function userEmbedders(settings: StoredSettings): UserEmbedder[] {
  const embedders = (settings.embedders ?? {}) as Record<string, { source?: string; dimensions?: number }>;
  return Object.entries(embedders).flatMap(([name, { source, dimensions }]) => {
    return source === "userProvided" ? [{ name, dimensions: dimensions ?? 0 }] : [];
  });
}

/** Documents that are about to be stored, by id, and what is stored now. */
export interface VectorStaging {
  readonly staged: Map<string, JsonObject>;
  readonly stored: (id: string) => JsonObject | undefined;
  readonly embedders: readonly UserEmbedder[];
  readonly indexUid: string;
}

/** Brings the vectors of documents into the form in which they are read back; throws what fails the task. */
export function stageVectors({ staged, stored, embedders, indexUid }: VectorStaging): void {
  const idsWithoutByEmbedder = new Map<string, string[]>();
  for (const [id, document] of staged) {
    const refuse = (code: string, words: string): ApiError => new ApiError(code, `Index \`${indexUid}\`: ${words}`);
    const given = vectorMap(document["_vectors"], refuse);
    const before = (stored(id)?.["_vectors"] ?? {}) as JsonObject;
    const vectors: JsonObject = { ...given };
    for (const embedder of embedders) {
      const value = given[embedder.name] === undefined ? before[embedder.name] : given[embedder.name];
      if (value === undefined) {
        const ids = idsWithoutByEmbedder.get(embedder.name) ?? [];
        idsWithoutByEmbedder.set(embedder.name, [...ids, id]);
      } else vectors[embedder.name] = shownVectors(value, { id, embedder, refuse });
    }
    if (embedders.length > 0) staged.set(id, { ...document, _vectors: vectors });
  }
  for (const [name, ids] of idsWithoutByEmbedder) throw noVectors(indexUid, name, ids);
}

/** The embeddings of a stored document for one embedder. */
export function embeddingsOf(document: JsonObject, embedder: string): number[][] {
  const vectors = document["_vectors"] as JsonObject | undefined;
  const shown = vectors?.[embedder] as { embeddings?: number[][] } | undefined;
  return shown?.embeddings ?? [];
}

type Refuse = (code: string, words: string) => ApiError;

function vectorMap(value: JsonValue | undefined, refuse: Refuse): JsonObject {
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw refuse("internal", `invalid type: ${serdeKind(value)}, expected a map at line 1 column ${columnOf(value)}`);
}

function shownVectors(value: JsonValue, context: { id: string; embedder: UserEmbedder; refuse: Refuse }): JsonObject {
  const embeddings = readEmbeddings(value, context);
  for (const [at, embedding] of embeddings.entries()) {
    const { name, dimensions } = context.embedder;
    if (embedding.length === dimensions) continue;
    const notes = `  - note: embedding #${at} has dimensions ${embedding.length}\n  - note: embedder \`${name}\` requires ${dimensions}`;
    const where = `in document with id \`${context.id}\` in \`._vectors.${name}\``;
    throw context.refuse("invalid_vector_dimensions", `Invalid vector dimensions ${where}.\n${notes}`);
  }
  const isRegenerated = isObject(value) && value["regenerate"] === true;
  return { embeddings: embeddings.map((embedding) => embedding.map(Math.fround)), regenerate: isRegenerated };
}

/** One vector, a list of vectors, an object with either, or `null` for none. */
function readEmbeddings(value: JsonValue, context: { id: string; embedder: UserEmbedder; refuse: Refuse }): number[][] {
  const given = isObject(value) ? (value["embeddings"] ?? null) : value;
  if (given === null) return [];
  if (Array.isArray(given)) {
    if (given.every((item) => typeof item === "number")) return given.length === 0 ? [] : [given];
    if (given.every(isVector)) return given;
  }
  const wanted = `\`._vectors.${context.embedder.name}\` to be an array of floats, an array of arrays of floats, or an object with at least the field \`regenerate\``;
  const found = typeof given === "string" ? `the string \`${given}\`` : `\`${JSON.stringify(given)}\``;
  throw context.refuse(
    "invalid_vectors_type",
    `Bad embedder configuration in the document with id: \`${context.id}\`. Expected ${wanted}, but got ${found}`,
  );
}

function isVector(value: JsonValue): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function noVectors(indexUid: string, embedder: string, ids: readonly string[]): ApiError {
  const others = ids.length > 1 ? ` and at least ${ids.length - 1} other document(s)` : "";
  const words =
    `While embedding documents for embedder \`${embedder}\`: no vectors provided for document \`${ids[0]}\`${others}\n` +
    `- Note: \`${embedder}\` has \`source: userProvided\`, so documents must provide embeddings as an array in \`_vectors.${embedder}\`.\n` +
    `- Hint: opt-out for a document with \`_vectors.${embedder}: null\``;
  return new ApiError("vector_embedding_error", `Index \`${indexUid}\`: ${words}`);
}
