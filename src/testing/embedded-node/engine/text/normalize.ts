import { type Script, scriptOfText } from "./script.ts";

/** Scripts whose words are compared in lower case. */
const CASED: ReadonlySet<Script> = new Set(["latin", "cyrillic", "greek", "georgian", "armenian"]);
/** Scripts whose words are compared without their marks; Cyrillic keeps them. */
const UNMARKED: ReadonlySet<Script> = new Set(["hebrew", "thai", "arabic", "latin", "greek"]);

const LATIN_LETTERS: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201b": "'",
  œ: "oe",
  æ: "ae",
};

const ARABIC_LETTERS: Readonly<Record<string, string>> = {
  "\u0640": "",
  "\u0623": "\u0627",
  "\u0625": "\u0627",
  "\u0622": "\u0627",
  "\u0671": "\u0627",
  "\u0649": "\u064a",
  "\u0629": "\u0647",
};

/** Longest facet value the server keeps, in UTF-8 bytes. */
const MAX_FACET_BYTES = 468;

const encoder = new TextEncoder();
const ASCII = /^[\u0020-\u007f]*$/;

/** The form a stop word or separator is recognised by: decomposed (NFKD), without control characters, letter case kept. */
export function decompose(text: string): string {
  if (ASCII.test(text)) return text;
  let result = "";
  for (const char of text) result += decomposeChar(char);
  return result;
}

/**
 * The form words are indexed and searched by: decomposed, without marks, in lower case, as far as the script calls for
 * it. What the server does only for some languages of its full build (ı, đ, kana, final sigma) is left out.
 */
export function normalizeWord(text: string, script: Script = scriptAround(text)): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let result = "";
  for (const char of text) result += normalizeChar(char, script);
  return result;
}

/**
 * How many characters and bytes of an original word are covered by the first `lemmaBytes` bytes of its normalised form;
 * a character counts as soon as one of its bytes does.
 */
export function originalLengths(text: string, lemmaBytes: number): { chars: number; units: number; bytes: number } {
  const script = scriptAround(text);
  let covered = 0;
  let chars = 0;
  let units = 0;
  let bytes = 0;
  for (const char of text) {
    if (covered >= lemmaBytes) break;
    covered += utf8Length(normalizeChar(char, script));
    chars += 1;
    units += char.length;
    bytes += utf8Length(char);
  }
  return { chars, units, bytes };
}

/** The form facet values are compared by: trimmed, decomposed, lower case, marks kept, at most 468 bytes. */
export function normalizeFacet(value: string): string {
  const normal = value.trim().normalize("NFKD").toLowerCase();
  return normal.length * 3 <= MAX_FACET_BYTES ? normal : cutBytes(normal, MAX_FACET_BYTES);
}

/** Length in UTF-8 bytes. */
export function utf8Length(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}

/** Characters without a script of their own are taken to stand among Latin ones. */
function scriptAround(text: string): Script {
  const script = scriptOfText(text);
  return script === "other" ? "latin" : script;
}

function cutBytes(text: string, limit: number): string {
  let bytes = 0;
  let result = "";
  for (const char of text) {
    bytes += utf8Length(char);
    if (bytes > limit) break;
    result += char;
  }
  return result;
}

function decomposeChar(char: string): string {
  return char.normalize("NFKD").replace(/(?!\s)\p{Cc}/gu, "");
}

function normalizeChar(char: string, script: Script): string {
  let result = decomposeChar(char);
  if (CASED.has(script)) result = result.toLowerCase();
  if (script === "latin")
    result = result.replace(/[\u2018\u2019\u201bœæ]/gu, (letter) => LATIN_LETTERS[letter] ?? letter);
  if (script === "arabic")
    result = result.replace(/[\u0640\u0622\u0623\u0625\u0671\u0649\u0629]/gu, (letter) => ARABIC_LETTERS[letter] ?? "");
  return UNMARKED.has(script) ? result.replace(/\p{Mn}/gu, "") : result;
}
