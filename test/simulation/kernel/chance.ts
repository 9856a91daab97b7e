import type { Random } from "../../../src/util/random.ts";

/**
 * A seeded generator (sfc32, from PractRand). Each part of a simulation draws from a stream of its own name, so that one
 * more draw in one part changes nothing in the others.
 */
export class Chance implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string) {
    this.#seed = seed;
    const [a, b, c] = [0, 1, 2].map((salt) => scatterBits(`${seed}#${salt}`));
    this.#a = a ?? 0;
    this.#b = b ?? 0;
    this.#c = c ?? 0;
    for (let warmUp = 0; warmUp < 12; warmUp++) this.#next();
  }

  /** The generator that belongs to a name, the same however many numbers were drawn here. */
  stream(name: string): Chance {
    return new Chance(`${this.#seed}/${name}`);
  }

  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.#next().toString(16).padStart(8, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join(
      "-",
    );
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number from 0 up to `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** One of the keys, in proportion to its weight. */
  weigh<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error("no weight is above 0");
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }
}

/** FNV-1a with a final mix, 32 bits. */
function scatterBits(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
