import type { Docid } from "./contract.ts";

/** A set of documents as a growing bitmap; every operation that returns a set leaves its operands alone. */
export class DocSet {
  #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static empty(): DocSet {
    return new DocSet(new Uint32Array(0));
  }

  static of(docids: Iterable<Docid>): DocSet {
    const set = DocSet.empty();
    for (const docid of docids) set.add(docid);
    return set;
  }

  add(docid: Docid): void {
    const word = docid >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (docid & 31));
  }

  delete(docid: Docid): void {
    const word = docid >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (docid & 31));
  }

  has(docid: Docid): boolean {
    return ((this.#words[docid >>> 5] ?? 0) & (1 << (docid & 31))) !== 0;
  }

  get size(): number {
    let count = 0;
    for (const word of this.#words) count += popcount(word);
    return count;
  }

  get isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  clone(): DocSet {
    return new DocSet(this.#words.slice());
  }

  and(other: DocSet): DocSet {
    const length = Math.min(this.#words.length, other.#words.length);
    const words = new Uint32Array(length);
    for (let i = 0; i < length; i += 1) words[i] = (this.#words[i] ?? 0) & (other.#words[i] ?? 0);
    return new DocSet(words);
  }

  or(other: DocSet): DocSet {
    const words = new Uint32Array(Math.max(this.#words.length, other.#words.length));
    for (let i = 0; i < words.length; i += 1) words[i] = (this.#words[i] ?? 0) | (other.#words[i] ?? 0);
    return new DocSet(words);
  }

  andNot(other: DocSet): DocSet {
    const words = this.#words.slice();
    const length = Math.min(words.length, other.#words.length);
    for (let i = 0; i < length; i += 1) words[i] = (words[i] ?? 0) & ~(other.#words[i] ?? 0);
    return new DocSet(words);
  }

  intersects(other: DocSet): boolean {
    const length = Math.min(this.#words.length, other.#words.length);
    for (let i = 0; i < length; i += 1) if (((this.#words[i] ?? 0) & (other.#words[i] ?? 0)) !== 0) return true;
    return false;
  }

  /** In ascending order. */
  *[Symbol.iterator](): IterableIterator<Docid> {
    for (let i = 0; i < this.#words.length; i += 1) {
      let word = this.#words[i] ?? 0;
      while (word !== 0) {
        const lowest = word & -word;
        yield i * 32 + (31 - Math.clz32(lowest));
        word ^= lowest;
      }
    }
  }

  #grow(length: number): void {
    const words = new Uint32Array(Math.max(length, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }
}

function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
