/** A clock that can stand still while something happens, so that all of it has one date. */
export class HeldClock {
  readonly #read: () => number;
  #held: number | undefined;

  constructor(read: () => number) {
    this.#read = read;
  }

  now(): number {
    return this.#held ?? this.#read();
  }

  /** Runs with the clock held at a moment, by default the present one. */
  hold<T>(run: () => T, at = this.now()): T {
    const before = this.#held;
    this.#held = at;
    try {
      return run();
    } finally {
      this.#held = before;
    }
  }
}
