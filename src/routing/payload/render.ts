import { RESERVED_SHARD, RESERVED_VERSION } from "../reserved.ts";
import type { RawDocument } from "./raw-document.ts";

/** What miroir adds to a document before a node gets it. */
export interface ReservedValues {
  /** Slot tags, of `shardTags`. */
  readonly tags: readonly string[];
  /** Stamp of the write, of `HybridClock`. */
  readonly stamp: string;
}

/** A document's JSON text with the reserved fields at its end; every value of the user's stays as it was written. */
export function render(document: RawDocument, reserved: ReservedValues): string {
  let text = "{";
  for (const { key, rawValue } of document.fields) text += `${quote(key)}:${rawValue},`;
  return `${text}"${RESERVED_SHARD}":["${reserved.tags.join('","')}"],"${RESERVED_VERSION}":"${reserved.stamp}"}`;
}

/** A key as JSON; most need no escape, and asking that is cheaper. */
function quote(key: string): string {
  return /^[\w .:-]*$/.test(key) ? `"${key}"` : JSON.stringify(key);
}
