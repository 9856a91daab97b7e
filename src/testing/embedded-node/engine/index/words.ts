/** Number of a word within one index. */
export type WordNumber = number;

/** The words of an index, numbered and sorted; the sorted list is brought up to date when it is next read. */
export class Words {
  readonly #numbers = new Map<string, WordNumber>();
  readonly #texts: string[] = [];
  #sorted: WordNumber[] = [];
  #added: WordNumber[] = [];
  #hasRemovals = false;

  /** How many numbers were ever given out; numbers are below it. */
  get capacity(): number {
    return this.#texts.length;
  }

  find(text: string): WordNumber | undefined {
    return this.#numbers.get(text);
  }

  text(word: WordNumber): string {
    return this.#texts[word] ?? "";
  }

  add(text: string): WordNumber {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const word = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, word);
    this.#added.push(word);
    return word;
  }

  remove(word: WordNumber): void {
    this.#numbers.delete(this.text(word));
    this.#hasRemovals = true;
  }

  /** Every word in order of its text. */
  sorted(): readonly WordNumber[] {
    if (this.#hasRemovals) {
      const lives = (word: WordNumber): boolean => this.#numbers.get(this.text(word)) === word;
      this.#sorted = this.#sorted.filter(lives);
      this.#added = this.#added.filter(lives);
      this.#hasRemovals = false;
    }
    if (this.#added.length > 0) {
      const added = this.#added.sort((a, b) => (this.text(a) < this.text(b) ? -1 : 1));
      this.#sorted = this.#merge(this.#sorted, added);
      this.#added = [];
    }
    return this.#sorted;
  }

  /** Words that begin with a prefix, the prefix itself included, in order. */
  startingWith(prefix: string): WordNumber[] {
    const sorted = this.sorted();
    const found: WordNumber[] = [];
    for (let i = this.#lowerBound(prefix); i < sorted.length; i += 1) {
      const word = sorted[i];
      if (word === undefined || !this.text(word).startsWith(prefix)) break;
      found.push(word);
    }
    return found;
  }

  #lowerBound(text: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.text(this.#sorted[middle] ?? 0) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #merge(left: readonly WordNumber[], right: readonly WordNumber[]): WordNumber[] {
    const merged: WordNumber[] = [];
    let next = 0;
    for (const word of left) {
      for (let other = right[next]; other !== undefined && this.text(other) < this.text(word); other = right[next]) {
        merged.push(other);
        next += 1;
      }
      merged.push(word);
    }
    return [...merged, ...right.slice(next)];
  }
}
