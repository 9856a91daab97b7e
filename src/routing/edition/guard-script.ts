import { RESERVED_SHARD, RESERVED_VERSION } from "../reserved.ts";
import type { SpreadStamp } from "../stamp.ts";
import { type MaskedScript, maskScript } from "./mask-script.ts";

/** A script that leaves miroir's fields alone, or why there is none. */
export type GuardedScript = { readonly script: string } | { readonly refusal: string };

/** Functions of the server that the guard itself calls. */
const CALLED = new Set(["remove", "sub_string", "type_of"]);

/** `|x| …`: a definition of a function too, which `eval` refuses. */
const CLOSURE = /\|\s*\w[\w\s,]*\|/;

const BEFORE =
  `let _miroir_tags = doc.remove("${RESERVED_SHARD}"); ` +
  `let _miroir_stamp = doc.remove("${RESERVED_VERSION}"); let _miroir_before = doc;`;

/**
 * Wraps a user's script so that it sees documents without reserved fields, and so that documents keep their tags and, when
 * they changed, get a new stamp, within the very task that edits them. The script itself begins on line 2. One that may
 * return early runs inside `eval`, which a `return` leaves instead of the whole; its functions stay outside, where alone
 * they may be defined.
 */
export function guardScript(script: string, stamp: SpreadStamp): GuardedScript {
  const masked = maskScript(script);
  const refusal = whyRefused(masked);
  if (refusal !== undefined) return { refusal };
  const after =
    `;if type_of(doc) == "map" { if doc != _miroir_before { ` +
    `_miroir_stamp = "${stamp.head}" + _miroir_tags[-1].sub_string(1, 3) + "${stamp.tail}"; } ` +
    `doc.${RESERVED_SHARD} = _miroir_tags; doc.${RESERVED_VERSION} = _miroir_stamp; }`;
  const whole = script + "*/".repeat(masked.openComments);
  const functions = functionsOf(masked.code);
  const body = withoutRanges(masked.code, functions);
  if (!/\breturn\b/.test(body)) return { script: `${BEFORE}\n${whole}\n${after}` };
  if (CLOSURE.test(body)) return { refusal: "A closure beside a `return` in the function of an edit" };
  const rest = `;\n${withoutRanges(whole, functions)}`; // `eval` trims what it is given, and lines must stay where they are
  return { script: `${BEFORE}\n${onlyRanges(whole, functions)}\neval("${rhaiText(rest)}")\n${after}` };
}

/** A server's message about a guarded script, with the lines of the user's own. */
export function rewordScriptError(message: string): string {
  const own = message.replaceAll(/\nin call to function 'eval' \(line \d+, position \d+\)$/g, "");
  return own.replaceAll(/\(line (\d+), /g, (_, line: string) => `(line ${Math.max(1, Number(line) - 1)}, `);
}

/** What would end the script before its documents have their tags again. */
function whyRefused({ code }: MaskedScript): string | undefined {
  const leaving = /\b(exit|eval)\s*\(/.exec(code)?.[1];
  if (leaving !== undefined) return `\`${leaving}()\` in the function of an edit`;
  for (const [, name = ""] of code.matchAll(/\bfn\s+(\w+)/g)) {
    if (CALLED.has(name)) return `A function of one's own called \`${name}\` in an edit`;
  }
  return undefined;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where the script defines functions. */
function functionsOf(code: string): Range[] {
  const ranges: Range[] = [];
  for (const { index } of code.matchAll(/\b(?:private\s+)?fn\s+\w+/g)) {
    if (index < (ranges.at(-1)?.end ?? 0)) continue;
    let depth = 0;
    let end = code.indexOf("{", index);
    if (end === -1) break;
    do {
      if (code[end] === "{") depth += 1;
      if (code[end] === "}") depth -= 1;
      end += 1;
    } while (depth > 0 && end < code.length);
    ranges.push({ start: index, end });
  }
  return ranges;
}

function withoutRanges(text: string, ranges: readonly Range[]): string {
  let left = text;
  for (const { start, end } of ranges) left = left.slice(0, start) + blank(text.slice(start, end)) + left.slice(end);
  return left;
}

function onlyRanges(text: string, ranges: readonly Range[]): string {
  let left = blank(text);
  for (const { start, end } of ranges) left = left.slice(0, start) + text.slice(start, end) + left.slice(end);
  return left;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

function rhaiText(text: string): string {
  return text.replace(/["\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}
