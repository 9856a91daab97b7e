import type { EngineSettings, SearchEngine } from "../engine/contract.ts";
import { EmbeddedEngine } from "../engine/engine.ts";

/** Makes the search engine of one index. */
export function createEngine(settings: EngineSettings, primaryKey: string | null): SearchEngine {
  return new EmbeddedEngine(settings, primaryKey);
}
