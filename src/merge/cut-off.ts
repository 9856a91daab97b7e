import type { Meta } from "../core/meta.ts";
import type { JsonObject, JsonValue } from "../core/types.ts";

/** The server's time for one search of an index whose settings name none, in milliseconds. */
const DEFAULT_CUTOFF_MS = 1500;

const REASON = "A node may have run out of search time, which servers do not tell.";

/**
 * What is known of a search, with a mark where nodes may have stopped to rank because their time was over: a server keeps
 * to `searchCutoffMs` and says nothing of it, but then it took that long.
 * @param setting the index's `searchCutoffMs`, null for the server's own
 */
export function markCutOff(meta: Meta, { processingTimeMs }: JsonObject, setting: JsonValue | undefined): Meta {
  const cutoffMs = typeof setting === "number" ? setting : DEFAULT_CUTOFF_MS;
  if (typeof processingTimeMs !== "number" || processingTimeMs < cutoffMs) return meta;
  return { ...meta, exact: false, reasons: [...meta.reasons, REASON], mayBeCutOff: true };
}
