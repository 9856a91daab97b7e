import { isDefaultSeparator, LONG_SEPARATORS } from "./separators.ts";
import type { TokenizerOptions } from "./tokenizer-options.ts";

/** What the tokenizer looks for in a text. */
export interface Patterns {
  /** Separators and dictionary words of more than one character, or named by the settings; longest first. */
  readonly longByFirst: ReadonlyMap<string, readonly string[]>;
  readonly isSeparator: (lemma: string) => boolean;
  readonly isSeparatorChar: (char: string) => boolean;
}

const patternsByOptions = new WeakMap<TokenizerOptions, Patterns>();

/** The patterns of an index's settings; made once for each options object. */
export function patternsOf(options: TokenizerOptions): Patterns {
  const known = patternsByOptions.get(options);
  if (known !== undefined) return known;
  const added = new Set(options.separatorTokens);
  const dropped = new Set(options.nonSeparatorTokens);
  const isSeparator = (lemma: string): boolean =>
    !dropped.has(lemma) && (added.has(lemma) || isDefaultSeparator(lemma));
  const long = [...LONG_SEPARATORS, ...added].filter((token) => !dropped.has(token));
  const patterns = {
    longByFirst: byFirstChar([...long, ...options.dictionary]),
    isSeparator,
    isSeparatorChar: remembered(isSeparator),
  };
  patternsByOptions.set(options, patterns);
  return patterns;
}

function byFirstChar(texts: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const text of texts) {
    const [first] = text;
    if (first !== undefined)
      groups.set(
        first,
        [...(groups.get(first) ?? []), text].sort((a, b) => b.length - a.length),
      );
  }
  return groups;
}

/** The same function with a memory; for few different characters. */
export function remembered<T>(decide: (char: string) => T): (char: string) => T {
  const answers = new Map<string, T>();
  return (char) => {
    let answer = answers.get(char);
    if (answer === undefined) {
      answer = decide(char);
      answers.set(char, answer);
    }
    return answer;
  };
}
