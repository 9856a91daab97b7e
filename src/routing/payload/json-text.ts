import { numberText } from "../number-text.ts";

/** Strings, numbers and white space of JSON text; the rest stands for itself. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\s+/g;

/** Valid JSON text as the server repeats it in its messages: no white space, plain escapes, its own number format. */
export function compactJson(text: string): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return JSON.stringify(JSON.parse(token));
    return token.trim() === "" ? "" : numberText(token);
  });
}

/** What the server's reader calls a value that is no object, with the bytes of it that it has read by then. */
export function typeName(rawValue: string): { name: string; bytes: number } {
  const bytes = new TextEncoder().encode(rawValue).length;
  const first = rawValue.charAt(0);
  if (first === "[") return { name: "sequence", bytes: 0 };
  if (first === '"') return { name: `string ${JSON.stringify(JSON.parse(rawValue))}`, bytes };
  if (first === "n") return { name: "null", bytes };
  if (first === "t" || first === "f") return { name: `boolean \`${rawValue}\``, bytes };
  const text = numberText(rawValue);
  return { name: `${/^-?\d+$/.test(text) ? "integer" : "floating point"} \`${text}\``, bytes };
}
