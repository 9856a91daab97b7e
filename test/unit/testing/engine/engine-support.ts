import type { JsonObject } from "../../../../src/core/types.ts";
import type { EngineSearch, EngineSettings } from "../../../../src/testing/embedded-node/engine/contract.ts";
import { EmbeddedEngine } from "../../../../src/testing/embedded-node/engine/engine.ts";
import { settingsWith } from "./fields-support.ts";

/** An engine over documents that are numbered in the order given. */
export function engineOf(documents: readonly JsonObject[], changes: Partial<EngineSettings> = {}): EmbeddedEngine {
  const engine = new EmbeddedEngine(settingsWith(changes), "id");
  for (const [docid, document] of documents.entries()) engine.put(docid, document);
  return engine;
}

/** Titles alone, as documents with ids from 1. */
export function titled(...titles: string[]): JsonObject[] {
  return titles.map((title, i) => ({ id: i + 1, title }));
}

/** The ids of the hits, in order. */
export function ids(engine: EmbeddedEngine, q: string, search: EngineSearch = {}): unknown[] {
  return hits(engine, { q, ...search }).map((hit) => hit["id"]);
}

/** The hits of a search. */
export function hits(engine: EmbeddedEngine, search: EngineSearch): JsonObject[] {
  return engine.search("movies", search)["hits"] as JsonObject[];
}

/** The score details of the first hit. */
export function firstDetails(engine: EmbeddedEngine, q: string, search: EngineSearch = {}): JsonObject {
  const [first] = hits(engine, { q, ...search, showRankingScoreDetails: true });
  return first?.["_rankingScoreDetails"] as JsonObject;
}
