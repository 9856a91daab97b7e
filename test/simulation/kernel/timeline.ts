interface Appointment {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Virtual time: it stands still while anything is runnable, and then jumps to the next appointment. Appointments of one
 * moment run in the order in which they were made, each with all that it sets in motion before the next.
 */
export class Timeline {
  readonly #heap: Appointment[] = [];
  #nowMs = 0;
  #made = 0;

  /** Milliseconds since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs something after `ms`; answers what cancels it. */
  after(ms: number, run: () => void): () => void {
    const appointment: Appointment = { at: this.#nowMs + Math.max(0, ms), order: this.#made++, run };
    this.#push(appointment);
    return () => {
      appointment.run = undefined;
    };
  }

  /** Lets time go on until something is so; false when it is `limitMs` by then. */
  async runUntil(isSo: () => boolean, limitMs: number): Promise<boolean> {
    await settled();
    while (!isSo()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > limitMs) {
        this.#nowMs = Math.max(this.#nowMs, limitMs);
        return false;
      }
      this.#pop();
      if (next.run === undefined) continue;
      this.#nowMs = next.at;
      next.run();
      await settled();
    }
    return true;
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.push(appointment) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(appointment, heap[parent])) break;
      heap[at] = heap[parent] as Appointment;
      at = parent;
    }
    heap[at] = appointment;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child] as Appointment;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Appointment | undefined, b: Appointment | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when everything that waits for promises alone has run: nothing in a simulation waits for anything else. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
