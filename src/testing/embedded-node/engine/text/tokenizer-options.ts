import type { EngineSettings } from "../contract.ts";
import { decompose } from "./normalize.ts";

/** What the settings of an index say about cutting text into words. */
export interface TokenizerOptions {
  /** Decomposed, letter case kept: the server compares before it lowers the case. */
  readonly stopWords: ReadonlySet<string>;
  readonly separatorTokens: readonly string[];
  readonly nonSeparatorTokens: readonly string[];
  readonly dictionary: readonly string[];
}

/** The tokenizer options that an index's settings stand for. */
export function tokenizerOptions(
  settings: Pick<EngineSettings, "stopWords" | "separatorTokens" | "nonSeparatorTokens" | "dictionary">,
): TokenizerOptions {
  return { ...settings, stopWords: new Set(settings.stopWords.map(decompose)) };
}
