/** A JSON text that does not parse, in the words of the server's JSON library. */
export class JsonSyntaxError extends Error {
  constructor(problem: string, line: number, column: number) {
    super(`${problem} at line ${line} column ${column}`);
    this.name = "JsonSyntaxError";
  }
}

const WHITESPACE = /[ \t\n\r]*/y;
const DIGITS = /\d+/y;
const SIGN = /[+-]?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** How a scanner words what is wrong. */
export interface JsonScannerOptions {
  /** Words of the server when it only skips over values to cut them out; they differ in a few places. */
  readonly isRaw?: boolean;
}

/** Walks over JSON text value by value; used to word syntax errors and to cut streams of values apart. */
export class JsonScanner {
  readonly #text: string;
  readonly #isRaw: boolean;
  #at = 0;

  constructor(text: string, { isRaw = false }: JsonScannerOptions = {}) {
    this.#text = text;
    this.#isRaw = isRaw;
  }

  /** Offset of the next character. */
  get offset(): number {
    return this.#at;
  }

  /** Whether only white space is left; moves past it. */
  atEnd(): boolean {
    this.#skip(WHITESPACE);
    return this.#at >= this.#text.length;
  }

  /** Moves past one value or throws what is wrong with it. */
  skipValue(): void {
    this.#skip(WHITESPACE);
    const next = this.#text[this.#at];
    if (next === undefined) throw this.#error("EOF while parsing a value");
    if (next === "{") this.#skipObject();
    else if (next === "[") this.#skipArray();
    else if (next === '"') this.#skipString();
    else if (next === "-" || (next >= "0" && next <= "9")) this.#skipNumber();
    else this.#skipWord();
  }

  /** The error with the position of the character at hand. */
  error(problem: string): JsonSyntaxError {
    return this.#error(problem);
  }

  /** Moves past one given character, white space before it included, if it comes next. */
  accept(character: string): boolean {
    this.#skip(WHITESPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipObject(): void {
    this.#at += 1;
    if (this.accept("}")) return;
    if (this.atEnd()) throw this.#error("EOF while parsing an object");
    for (;;) {
      this.#expectKey();
      this.#skipString();
      if (!this.accept(":")) throw this.#error(this.atEnd() ? "EOF while parsing an object" : "expected `:`");
      this.skipValue();
      if (this.accept("}")) return;
      if (!this.accept(",")) throw this.#error(this.atEnd() ? "EOF while parsing an object" : "expected `,` or `}`");
    }
  }

  #expectKey(): void {
    if (this.atEnd()) throw this.#error("EOF while parsing a value");
    const next = this.#text[this.#at];
    if (next === "}" && !this.#isRaw) throw this.#error("trailing comma");
    if (next !== '"') throw this.#error("key must be a string");
  }

  #skipArray(): void {
    this.#at += 1;
    if (this.accept("]")) return;
    if (this.atEnd()) throw this.#error("EOF while parsing a list");
    for (;;) {
      this.skipValue();
      if (this.accept("]")) return;
      if (!this.accept(",")) throw this.#error(this.atEnd() ? "EOF while parsing a list" : "expected `,` or `]`");
      this.#skip(WHITESPACE);
      if (this.#text[this.#at] === "]") throw this.#error(this.#isRaw ? "expected value" : "trailing comma");
    }
  }

  #skipString(): void {
    this.#at += 1;
    for (;;) {
      while (isPlain(this.#text.charCodeAt(this.#at))) this.#at += 1;
      const next = this.#text[this.#at];
      if (next === '"') break;
      if (next === undefined) throw this.#error("EOF while parsing a string");
      if (next !== "\\") throw this.#controlCharacter();
      if (!this.#skip(ESCAPE)) throw this.#wrongEscape();
    }
    this.#at += 1;
  }

  #controlCharacter(): JsonSyntaxError {
    const problem = "control character (\\u0000-\\u001F) found while parsing a string";
    if (this.#isRaw) return this.#error(problem, 0);
    this.#at += 1;
    return this.#error(problem, 0);
  }

  #wrongEscape(): JsonSyntaxError {
    const length = this.#text[this.#at + 1] === "u" ? "\\u0000".length : "\\n".length;
    return this.#text.length < this.#at + length
      ? this.#errorAt(this.#text.length, "EOF while parsing a string")
      : this.#error("invalid escape", length);
  }

  #skipNumber(): void {
    if (this.#text[this.#at] === "-") this.#at += 1;
    const isZero = this.#text[this.#at] === "0";
    this.#expectDigits();
    const digits = this.#text.slice(0, this.#at).match(/\d+$/)?.[0].length ?? 0;
    if (isZero && digits > 1) throw this.#errorAt(this.#at - digits + 1, "invalid number");
    if (this.#text[this.#at] === ".") {
      this.#at += 1;
      this.#expectDigits();
    }
    if (this.#text[this.#at]?.toLowerCase() !== "e") return;
    this.#at += 1;
    this.#skip(SIGN);
    this.#expectDigits();
  }

  #expectDigits(): void {
    if (this.#skip(DIGITS)) return;
    throw this.#error(this.#at >= this.#text.length ? "EOF while parsing a value" : "invalid number");
  }

  #skipWord(): void {
    const word = ["true", "false", "null"].find((candidate) => candidate[0] === this.#text[this.#at]);
    if (word === undefined) throw this.#error("expected value");
    for (const [at, letter] of [...word].entries()) {
      const found = this.#text[this.#at + at];
      if (found === undefined) throw this.#errorAt(this.#text.length, "EOF while parsing a value");
      if (found !== letter) throw this.#errorAt(this.#at + at, "expected ident");
    }
    this.#at += word.length;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.#at += match[0].length;
    return true;
  }

  /** The error at the character at hand. */
  #error(problem: string, looked = 1): JsonSyntaxError {
    return this.#errorAt(this.#at, problem, looked);
  }

  /** Columns count bytes; characters that were looked at count, the end of the text does not. */
  #errorAt(at: number, problem: string, looked = 1): JsonSyntaxError {
    const before = this.#text.slice(0, at);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const bytes = new TextEncoder().encode(before.slice(lineStart)).length;
    return new JsonSyntaxError(problem, line, bytes + (at >= this.#text.length ? 0 : looked));
  }
}

/** Neither a quote, a backslash, a control character nor the end of the text. */
function isPlain(code: number): boolean {
  return code >= 32 && code !== 34 && code !== 92;
}
