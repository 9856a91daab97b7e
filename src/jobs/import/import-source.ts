import type { JsonObject } from "../../core/types.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";

/** An index that is copied from elsewhere. */
export interface SourceIndex {
  readonly uid: string;
  readonly primaryKey: string | null;
  /** Complete, as users see them. */
  readonly settings: JsonObject;
  /** Whether every node of the source holds all of its documents. */
  readonly isEverywhere: boolean;
  /** What somebody has to look at, in sentences. */
  readonly notes: readonly string[];
}

/** Some documents of a source. */
export interface SourcePage {
  /** Without miroir's own fields, every value as it was written. */
  readonly records: readonly RawRecord[];
  /** Where a later walk goes on behind them. */
  readonly position: string;
}

/** A server or a cluster that indexes are copied from. */
export interface ImportSource {
  indexes(signal: AbortSignal): Promise<readonly SourceIndex[]>;
  /** Every API key, the last one first; undefined where there is no master key. */
  keys(signal: AbortSignal): Promise<readonly JsonObject[] | undefined>;
  count(uid: string, signal: AbortSignal): Promise<number>;
  /** @param from a position that an earlier walk came to; the beginning when absent */
  pages(index: SourceIndex, from: string | undefined, signal: AbortSignal): AsyncGenerator<SourcePage>;
  /** Changes with every write to the source; undefined where nothing tells. */
  version(signal: AbortSignal): Promise<number | undefined>;
  close(): Promise<void>;
}
