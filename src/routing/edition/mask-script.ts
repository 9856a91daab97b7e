/** The code of a script: everything else is blanked, so that what is left can be searched. */
export interface MaskedScript {
  /** As long as the script, line for line; comments and the texts of literals are spaces. */
  readonly code: string;
  /** Block comments that the script leaves open at its end. */
  readonly openComments: number;
}

/** Line comments, texts in double quotes, raw texts, characters. */
const PLAIN = /\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*"?|(#+)"[\s\S]*?"\1|'(?:[^'\\\n]|\\[^\n])+'/y;

/** Blanks comments and literals of a script in Rhai, the language of the server's edits by function. */
export function maskScript(script: string): MaskedScript {
  const masker = new Masker(script);
  while (!masker.isDone) masker.code();
  return { code: masker.masked, openComments: masker.openComments };
}

class Masker {
  readonly #script: string;
  #at = 0;
  masked = "";
  openComments = 0;

  constructor(script: string) {
    this.#script = script;
  }

  get isDone(): boolean {
    return this.#at >= this.#script.length;
  }

  /** Up to and with the brace that closes what is around it, or to the end. */
  code(): void {
    let depth = 0;
    while (!this.isDone) {
      PLAIN.lastIndex = this.#at;
      const literal = PLAIN.exec(this.#script)?.[0];
      if (literal !== undefined) this.#blank(literal.length);
      else if (this.#isNext("/*")) this.#comment();
      else if (this.#isNext("`")) this.#template();
      else {
        const character = this.#script[this.#at] ?? "";
        this.masked += character;
        this.#at += 1;
        if (character === "{") depth += 1;
        if (character === "}" && --depth < 0) return;
      }
    }
  }

  /** Comments nest. */
  #comment(): void {
    do {
      const change = this.#isNext("/*") ? 1 : this.#isNext("*/") ? -1 : 0;
      this.openComments += change;
      this.#blank(change === 0 ? 1 : 2);
    } while (this.openComments > 0 && !this.isDone);
  }

  /** A text in backticks, with code inside `${…}`. */
  #template(): void {
    this.#blank(1);
    while (!this.isDone) {
      if (this.#isNext("`")) {
        this.#blank(1);
        return;
      }
      if (!this.#isNext("${")) {
        this.#blank(1);
        continue;
      }
      this.#blank(1);
      this.masked += "{";
      this.#at += 1;
      this.code();
    }
  }

  #isNext(text: string): boolean {
    return this.#script.startsWith(text, this.#at);
  }

  #blank(length: number): void {
    this.masked += this.#script.slice(this.#at, this.#at + length).replace(/[^\n]/g, " ");
    this.#at += length;
  }
}
