import type { JsonObject } from "../../../core/types.ts";
import type { EngineSearch } from "../engine/contract.ts";
import { formatHit } from "../engine/format/format-hit.ts";
import { tokenizerOptions } from "../engine/text/tokenizer.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";
import { engineSettings } from "../settings/stored-settings.ts";
import type { Neighbour } from "./nearest.ts";

/** A document found by its vectors, as a hit; no words of it are marked. */
export function semanticHit(index: EmbeddedIndex, { docid, similarity }: Neighbour, search: EngineSearch): JsonObject {
  const settings = engineSettings(index.settings);
  const tokenizer = tokenizerOptions(settings);
  const matcher = { matches: () => [] };
  const hit = formatHit(index.engine.get(docid) ?? {}, search, { settings, matcher, tokenizer });
  const details = { vectorSort: { order: 0, similarity: similarity ?? null } };
  return {
    ...hit,
    ...(search.showRankingScore === true ? { _rankingScore: similarity ?? 0 } : {}),
    ...(search.showRankingScoreDetails === true ? { _rankingScoreDetails: details } : {}),
  };
}
