/**
 * Runs tasks that share a key one after the other, in call order, and tasks of different keys side by side.
 * A task that fails does not stop those behind it.
 */
export class Lanes {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Queues `task` behind all earlier ones of `key`. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(key) ?? Promise.resolve()).then(task);
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return result;
  }

  /** Queues `task` behind all earlier ones of every key; those behind it in any of the keys wait for it. */
  async runInAll<T>(keys: Iterable<string>, task: () => Promise<T>): Promise<T> {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const turns = [...new Set(keys)].map((key) => {
      return new Promise<void>((begin) => {
        void this.run(key, () => {
          begin();
          return ended;
        });
      });
    });
    await Promise.all(turns);
    return task().finally(end);
  }

  /** Resolves when everything queued so far has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
