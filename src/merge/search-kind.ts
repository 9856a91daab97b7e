import type { JsonObject } from "../core/types.ts";
import { isObject } from "./answer-shape.ts";

/** How a server answers a search: by words, by vector, or by both. */
export type SearchKind =
  | { readonly kind: "keyword" }
  | { readonly kind: "semantic"; readonly embedder: string }
  | { readonly kind: "hybrid"; readonly embedder: string; readonly semanticRatio: number };

const KEYWORD: SearchKind = { kind: "keyword" };

/**
 * The kind of a search (the server's `search_kind`). What a node refuses counts as a keyword search, which is sent to
 * nodes as it came; so does an embedder that the index does not have.
 */
export function searchKind(request: JsonObject, embedders: JsonObject): SearchKind {
  const { hybrid, vector = null, media = null, q } = request;
  if (!isObject(hybrid) || (vector !== null && (media !== null || !Array.isArray(vector)))) return KEYWORD;
  const { embedder, semanticRatio = 0.5, ...unknown } = hybrid;
  const isRatio = typeof semanticRatio === "number" && semanticRatio > 0 && semanticRatio <= 1;
  if (Object.keys(unknown).length > 0 || (media !== null && !isObject(media))) return KEYWORD;
  if (!isRatio || typeof embedder !== "string" || !Object.hasOwn(embedders, embedder)) return KEYWORD;
  const hasWords = typeof q === "string" && q.trim() !== "";
  if (!hasWords && vector === null && media === null) return KEYWORD;
  return hasWords && semanticRatio < 1 ? { kind: "hybrid", embedder, semanticRatio } : { kind: "semantic", embedder };
}
