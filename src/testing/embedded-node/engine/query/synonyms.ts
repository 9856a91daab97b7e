import type { EngineSettings } from "../contract.ts";
import { type TokenizerOptions, tokenize } from "../text/tokenizer.ts";
import type { SynonymTable } from "./context.ts";

/** The synonyms of the settings by their normalised words; keys that normalise alike are joined. */
export function synonymTable(synonyms: EngineSettings["synonyms"], tokenizer: TokenizerOptions): SynonymTable {
  const textsByKey = new Map<string, Set<string>>();
  for (const [key, texts] of Object.entries(synonyms)) {
    const words = normalizedWords(key, tokenizer);
    if (words.length === 0) continue;
    const known = textsByKey.get(words.join("\u001f")) ?? new Set();
    for (const text of texts) known.add(text);
    textsByKey.set(words.join("\u001f"), known);
  }
  const phrasesByKey = new Map<string, string[][]>();
  for (const [key, texts] of textsByKey) {
    const phrases = [...texts].sort().map((text) => normalizedWords(text, tokenizer));
    phrasesByKey.set(
      key,
      phrases.filter((words) => words.length > 0),
    );
  }
  return (words) => phrasesByKey.get(words.join("\u001f")) ?? [];
}

/** The words of a text in the form they are indexed by, stop words left out. */
function normalizedWords(text: string, tokenizer: TokenizerOptions): string[] {
  return tokenize(text, tokenizer).flatMap((token) =>
    token.kind === "word" && token.lemma !== "" ? [token.lemma] : [],
  );
}
