import type { Docid } from "../engine/contract.ts";

/** Hands out document numbers: the lowest freed one first, else the next new one. */
export class DocidPool {
  #free: Docid[] = [];
  #next = 0;

  take(): Docid {
    const lowest = this.#free.pop();
    if (lowest !== undefined) return lowest;
    this.#next += 1;
    return this.#next - 1;
  }

  /** Freed numbers are kept sorted from high to low. */
  give(docids: readonly Docid[]): void {
    this.#free = [...this.#free, ...docids].sort((a, b) => b - a);
  }

  clear(): void {
    this.#free = [];
    this.#next = 0;
  }
}
