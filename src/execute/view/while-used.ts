/** Begins something that goes on while calls come; answers how to end it. */
export type Begin = () => () => void;

/** What goes on only while somebody calls, so that an idle process asks nobody anything. */
export class WhileUsed {
  readonly #begins: Begin[] = [];
  #ends: (() => void)[] | undefined;

  /** Takes something in, and begins it when calls come already. */
  add(begin: Begin): void {
    this.#begins.push(begin);
    this.#ends?.push(begin());
  }

  /** Begins everything that is not under way. */
  begin(): void {
    this.#ends ??= this.#begins.map((begin) => begin());
  }

  /** Ends everything, until it is begun again. */
  end(): void {
    for (const end of this.#ends ?? []) end();
    this.#ends = undefined;
  }
}
