/** A syntax error at a place of the text; words and places are those of the server's JSON reader (serde_json 1.0). */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
}

/** The two kinds of brackets, by the character that opens them. */
const FRAMES = {
  "[": { close: "]", expected: "expected `,` or `]`", unfinished: "EOF while parsing a list" },
  "{": { close: "}", expected: "expected `,` or `}`", unfinished: "EOF while parsing an object" },
} as const;

type Frame = keyof typeof FRAMES;

/** What ends or interrupts a string: a quote, a backslash, a control character. */
const STOPS = /["\\]|[^ -\uffff]/g;

/** How much the scanner says of a comma before a closing bracket: the server names it only where it builds values. */
export interface ScanOptions {
  readonly namesTrailingCommas: boolean;
}

/**
 * Walks over JSON text without building values, so that every value can be cut out as it was written. Nesting costs no
 * stack. Faults carry the line and byte column that the server would report.
 */
export class JsonScanner {
  /** Position of the next character, in UTF-16 units. */
  index = 0;
  readonly #text: string;
  readonly #namesTrailingCommas: boolean;

  constructor(text: string, options: ScanOptions = { namesTrailingCommas: false }) {
    this.#text = text;
    this.#namesTrailingCommas = options.namesTrailingCommas;
  }

  /** Skips white space; answers the next character, `""` at the end. */
  peek(): string {
    for (;;) {
      const code = this.#code();
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return this.#text.charAt(this.index);
      this.index++;
    }
  }

  /** Skips one value of any kind and answers its text. */
  value(): string {
    this.peek();
    const start = this.index;
    const frames: Frame[] = [];
    let goesOn = true;
    while (goesOn) {
      const next = this.peek();
      if (next === "[" || next === "{") goesOn = this.#descend(next, frames) || this.#goesOn(frames);
      else {
        this.#scalar(next);
        goesOn = this.#goesOn(frames);
      }
    }
    return this.#text.slice(start, this.index);
  }

  /** Skips one object, handing every top-level field over. */
  eachField(visit: (key: string, rawValue: string) => void): void {
    if (!this.enter("{")) return;
    do {
      const key = this.#key();
      visit(key, this.value());
    } while (this.separated("{"));
  }

  /** Steps into a bracket that is next; whether it holds anything. An empty one is left at once. */
  enter(frame: Frame): boolean {
    this.index++;
    const next = this.peek();
    if (next === "") this.fail(FRAMES[frame].unfinished);
    if (next !== FRAMES[frame].close) return true;
    this.index++;
    return false;
  }

  /** After a value inside brackets: steps over the comma, or out of the bracket; whether another value follows. */
  separated(frame: Frame, namesTrailingCommas = this.#namesTrailingCommas): boolean {
    const { close, expected, unfinished } = FRAMES[frame];
    const next = this.peek();
    if (next === "") this.fail(unfinished);
    if (next !== "," && next !== close) this.fail(expected);
    this.index++;
    if (next === close) return false;
    if (namesTrailingCommas) {
      const after = this.peek();
      if (after === "") this.fail("EOF while parsing a value");
      if (after === close) this.fail("trailing comma");
    }
    return true;
  }

  /** Throws a fault at the next character; the server counts in the character it looked at, if there is one. */
  fail(reason: string, looked = true): never {
    const before = this.#text.slice(0, this.index);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const column = new TextEncoder().encode(before.slice(lineStart)).length;
    const extra = looked && this.index < this.#text.length ? 1 : 0;
    throw new JsonFault(`${reason} at line ${line} column ${column + extra}`);
  }

  #code(): number {
    return this.#text.charCodeAt(this.index);
  }

  #descend(frame: Frame, frames: Frame[]): boolean {
    if (!this.enter(frame)) return false;
    frames.push(frame);
    if (frame === "{") this.#key();
    return true;
  }

  #goesOn(frames: Frame[]): boolean {
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      if (this.separated(frame)) {
        if (frame === "{") this.#key();
        return true;
      }
      frames.pop();
    }
    return false;
  }

  #scalar(first: string): void {
    if (first === '"') this.#string();
    else if (first === "-" || isDigit(this.#code())) this.#number();
    else if (first === "t") this.#word("true");
    else if (first === "f") this.#word("false");
    else if (first === "n") this.#word("null");
    else this.fail(first === "" ? "EOF while parsing a value" : "expected value");
  }

  #word(word: string): void {
    for (const letter of word) {
      if (this.index >= this.#text.length) this.fail("EOF while parsing a value");
      const matches = this.#text[this.index++] === letter;
      if (!matches) this.fail("expected ident", false);
    }
  }

  #key(): string {
    const next = this.peek();
    if (next === "") this.fail(FRAMES["{"].unfinished);
    if (next !== '"') this.fail("key must be a string");
    const start = this.index;
    const escaped = this.#string();
    const raw = this.#text.slice(start, this.index);
    const colon = this.peek();
    if (colon === "") this.fail(FRAMES["{"].unfinished);
    if (colon !== ":") this.fail("expected `:`");
    this.index++;
    return escaped ? String(JSON.parse(raw)) : raw.slice(1, -1);
  }

  /** Skips a string; whether it holds escapes. */
  #string(): boolean {
    let escaped = false;
    for (this.index++; ; this.index++) {
      STOPS.lastIndex = this.index;
      STOPS.test(this.#text);
      this.index = STOPS.lastIndex === 0 ? this.#text.length : STOPS.lastIndex - 1;
      const code = this.#code();
      if (Number.isNaN(code)) this.fail("EOF while parsing a string");
      if (code === 0x22) break;
      if (code !== 0x5c) this.fail("control character (\\u0000-\\u001F) found while parsing a string", false);
      escaped = true;
      this.#escape();
    }
    this.index++;
    return escaped;
  }

  /** Skips an escape up to its last character. */
  #escape(): void {
    this.index++;
    const letter = this.#text.charAt(this.index);
    if (letter === "") this.fail("EOF while parsing a string");
    if (letter === "u") {
      const digits = this.#text.slice(this.index + 1, this.index + 5);
      this.index += digits.length;
      if (digits.length < 4) {
        this.index++;
        this.fail("EOF while parsing a string");
      }
      if (/^[0-9a-fA-F]{4}$/.test(digits)) return;
    } else if ('"\\/bfnrt'.includes(letter)) return;
    this.index++;
    this.fail("invalid escape", false);
  }

  #number(): void {
    if (this.#text[this.index] === "-") this.index++;
    if (!isDigit(this.#code())) this.#failAfterNext("invalid number");
    if (this.#text[this.index] === "0") {
      this.index++;
      if (isDigit(this.#code())) this.fail("invalid number");
    } else this.#digits();
    if (this.#text[this.index] === ".") {
      this.index++;
      if (!isDigit(this.#code())) this.fail("invalid number");
      this.#digits();
    }
    if (this.#text[this.index] === "e" || this.#text[this.index] === "E") this.#exponent();
  }

  #exponent(): void {
    this.index++;
    if (this.#text[this.index] === "+" || this.#text[this.index] === "-") this.index++;
    if (!isDigit(this.#code())) this.#failAfterNext("invalid number");
    this.#digits();
  }

  #digits(): void {
    while (isDigit(this.#code())) this.index++;
  }

  #failAfterNext(reason: string): never {
    if (this.index < this.#text.length) this.index++;
    return this.fail(reason, false);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
