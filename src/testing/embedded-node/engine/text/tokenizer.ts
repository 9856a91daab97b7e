import { decompose, normalizeWord, utf8Length } from "./normalize.ts";
import { type Patterns, patternsOf, remembered } from "./patterns.ts";
import { type Script, scriptOf } from "./script.ts";
import { segmentWords } from "./segment.ts";
import { isHardSeparator } from "./separators.ts";
import type { TokenizerOptions } from "./tokenizer-options.ts";

export { type TokenizerOptions, tokenizerOptions } from "./tokenizer-options.ts";

/** One piece of a text; the pieces of a text, put together, are the text. */
export interface Token {
  /** Normalised form: decomposed, without marks, in lower case. */
  readonly lemma: string;
  readonly text: string;
  /** UTF-16 offsets into the original. */
  readonly start: number;
  readonly end: number;
  /** UTF-8 offsets into the original. */
  readonly byteStart: number;
  readonly byteEnd: number;
  readonly kind: "word" | "stopWord" | "softSeparator" | "hardSeparator";
}

/** Cuts a text at script changes and separators and classifies the pieces as the server's tokenizer does. */
export function tokenize(text: string, options: TokenizerOptions): Token[] {
  const patterns = patternsOf(options);
  const tokens: Token[] = [];
  let byteStart = 0;
  for (const { piece, script } of pieces(text, patterns)) {
    const start = tokens.at(-1)?.end ?? 0;
    const byteEnd = byteStart + utf8Length(piece);
    tokens.push({
      lemma: normalizeWord(piece, script),
      text: piece,
      start,
      end: start + piece.length,
      byteStart,
      byteEnd,
      kind: kindOf(piece, options, patterns),
    });
    byteStart = byteEnd;
  }
  return tokens;
}

interface Piece {
  readonly piece: string;
  /** That of the run of text around it, which decides how it is normalised. */
  readonly script: Script;
}

function* pieces(text: string, patterns: Patterns): Iterable<Piece> {
  for (const group of scriptGroups(text)) {
    const { script } = group;
    let wordStart = 0;
    let position = 0;
    while (position < group.text.length) {
      const char = charAt(group.text, position);
      const match = matchAt(group.text, { position, char }, patterns);
      if (match === "") {
        position += char.length;
        continue;
      }
      if (wordStart < position) yield* words(group.text.slice(wordStart, position), script);
      yield { piece: match, script };
      position += match.length;
      wordStart = position;
    }
    if (wordStart < position) yield* words(group.text.slice(wordStart), script);
  }
}

function* words(run: string, script: Script): Iterable<Piece> {
  for (const piece of segmentWords(run, script)) yield { piece, script };
}

function charAt(text: string, position: number): string {
  const unit = text.charCodeAt(position);
  return unit < 0xd800 || unit > 0xdfff
    ? text.charAt(position)
    : String.fromCodePoint(text.codePointAt(position) ?? unit);
}

/** The longest pattern that begins here, or "". */
function matchAt(text: string, at: { position: number; char: string }, patterns: Patterns): string {
  const long = patterns.longByFirst.get(at.char);
  if (long !== undefined) for (const pattern of long) if (text.startsWith(pattern, at.position)) return pattern;
  return patterns.isSeparatorChar(at.char) ? at.char : "";
}

const rememberedScript = remembered(scriptOf);
const ONE_SCRIPT = /^\p{ASCII}*$/u;

function* scriptGroups(text: string): Iterable<{ text: string; script: Script }> {
  if (ONE_SCRIPT.test(text)) {
    yield { text, script: "latin" };
    return;
  }
  let script: Script = "other";
  let start = 0;
  let position = 0;
  for (const char of text) {
    const next = rememberedScript(char);
    if (next !== "other" && next !== script) {
      if (script !== "other") {
        yield { text: text.slice(start, position), script };
        start = position;
      }
      script = next;
    }
    position += char.length;
  }
  if (start < text.length) yield { text: text.slice(start), script };
}

function kindOf(piece: string, options: TokenizerOptions, patterns: Patterns): Token["kind"] {
  const lemma = decompose(piece);
  if (options.stopWords.has(lemma)) return "stopWord";
  if (!patterns.isSeparator(lemma)) return "word";
  return isHardSeparator(lemma) ? "hardSeparator" : "softSeparator";
}
