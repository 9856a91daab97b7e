/** What came of resolving backslash escapes. */
export type Unescaped = { readonly text: string } | { readonly problem: "incomplete" | "badNumber" | "badChar" };

const SIMPLE: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "'": "'",
  '"': '"',
  "\\": "\\",
  "/": "/",
};

/** Resolves `\n`, `\"`, `\u0041`, `\u{41}`, `\x41` and `\101` as filter values may carry them. */
export function unescapeText(text: string): Unescaped {
  if (!text.includes("\\")) return { text };
  const chars = [...text];
  let result = "";
  let index = 0;
  while (index < chars.length) {
    const char = chars[index] ?? "";
    index += 1;
    if (char !== "\\") {
      result += char;
      continue;
    }
    const step = resolve(chars, index);
    if ("problem" in step) return step;
    result += step.text;
    index = step.next;
  }
  return { text: result };
}

type Step =
  | { readonly text: string; readonly next: number }
  | { readonly problem: "incomplete" | "badNumber" | "badChar" };

function resolve(chars: readonly string[], at: number): Step {
  const char = chars[at];
  if (char === undefined) return { problem: "incomplete" };
  const simple = SIMPLE[char];
  if (simple !== undefined) return { text: simple, next: at + 1 };
  if (char === "u") return chars[at + 1] === "{" ? braced(chars, at + 2) : digits(chars, at + 1, { count: 4 });
  if (char === "x") return digits(chars, at + 1, { count: 2 });
  return octal(chars, at);
}

function braced(chars: readonly string[], at: number): Step {
  const close = chars.indexOf("}", at);
  const end = close === -1 ? chars.length : close;
  return codePoint(chars.slice(at, end).join(""), Math.min(end + 1, chars.length));
}

function digits(chars: readonly string[], at: number, { count }: { count: number }): Step {
  if (at + count > chars.length) return { problem: "incomplete" };
  return codePoint(chars.slice(at, at + count).join(""), at + count);
}

function codePoint(hex: string, next: number): Step {
  if (!/^\+?[0-9a-f]+$/i.test(hex)) return { problem: "badNumber" };
  const code = Number.parseInt(hex, 16);
  if (code > 0xffffffff) return { problem: "badNumber" };
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return { problem: "badChar" };
  return { text: String.fromCodePoint(code), next };
}

function octal(chars: readonly string[], at: number): Step {
  const run = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(chars.slice(at, at + 3).join(""))?.[0];
  if (run === undefined) return { problem: "badChar" };
  return { text: String.fromCodePoint(Number.parseInt(run, 8)), next: at + run.length };
}
