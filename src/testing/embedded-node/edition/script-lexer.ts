import { ScriptError, type ScriptPosition } from "./script-error.ts";

/** One piece of a script. */
export interface ScriptToken {
  readonly kind: "name" | "number" | "text" | "template" | "symbol" | "end";
  /** The name, the symbol, the digits, or the text without its quotes. */
  readonly value: string;
  readonly position: ScriptPosition;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const PIECES = [
  ["name", /[A-Za-z_]\w*/y],
  ["number", /\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["text", /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y],
  ["template", /`[^`]*`/y],
  ["symbol", /#\{|\(\)|==|!=|<=|>=|&&|\|\||\?\?|\+=|-=|\*=|\/=|%=|[-+*/%=<>!.,;:()[\]{}?]/y],
] as const;

/** Cuts a script into pieces; the last one is the end of the script. */
export function scriptTokens(script: string): ScriptToken[] {
  const tokens: ScriptToken[] = [];
  let at = skipSpace(script, 0);
  while (at < script.length) {
    const piece = pieceAt(script, at);
    const position = positionOf(script, at);
    if (piece === undefined) throw unreadable(script[at] ?? "", position);
    const value =
      piece.kind === "text" ? unquoted(piece.text) : piece.kind === "template" ? piece.text.slice(1, -1) : piece.text;
    tokens.push({ kind: piece.kind, value, position });
    at = skipSpace(script, at + piece.text.length);
  }
  tokens.push({ kind: "end", value: "", position: positionOf(script, script.length) });
  return tokens;
}

function unreadable(character: string, position: ScriptPosition): ScriptError {
  const isQuote = "\"'`".includes(character);
  return new ScriptError(isQuote ? "Open string is not terminated" : `Unexpected '${character}'`, position);
}

function pieceAt(script: string, at: number): { kind: ScriptToken["kind"]; text: string } | undefined {
  for (const [kind, pattern] of PIECES) {
    pattern.lastIndex = at;
    const text = pattern.exec(script)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

function skipSpace(script: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(script)?.[0].length ?? 0);
}

function positionOf(script: string, at: number): ScriptPosition {
  const lines = script.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
  return inner.replace(/\\([\s\S])/g, (_, character: string) => escapes[character] ?? character);
}
