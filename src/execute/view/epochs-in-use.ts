/** Which epochs the operations of this process run under. */
export class EpochsInUse {
  readonly #counts = new Map<number, number>();
  readonly #onFreed: () => void;

  /** @param onFreed called when the last operation of an epoch ended */
  constructor(onFreed: () => void) {
    this.#onFreed = onFreed;
  }

  enter(epoch: number): void {
    this.#counts.set(epoch, (this.#counts.get(epoch) ?? 0) + 1);
  }

  leave(epoch: number): void {
    const count = (this.#counts.get(epoch) ?? 0) - 1;
    if (count > 0) {
      this.#counts.set(epoch, count);
      return;
    }
    this.#counts.delete(epoch);
    this.#onFreed();
  }

  /** The oldest epoch that an operation runs under; undefined when none does. */
  get oldest(): number | undefined {
    return this.#counts.size === 0 ? undefined : Math.min(...this.#counts.keys());
  }
}
