/** Label values of a series by label name. */
export type Labels = Readonly<Record<string, string>>;

/** Told of every value that a histogram of some family is given, for meters that keep their own. */
export type ObservationListener = (family: string, labels: Labels, value: number) => void;

/** A number that only grows. */
export class Counter {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/** A number that goes up and down. */
export class Gauge {
  value = 0;

  add(amount: number): void {
    this.value += amount;
  }
}

/** What a histogram needs beside its values. */
export interface HistogramContext {
  readonly family: string;
  readonly labels: Labels;
  /** Upper bounds of the buckets, ascending; everything above the last falls into one more. */
  readonly bounds: readonly number[];
  readonly listeners: ReadonlySet<ObservationListener>;
}

/** How often values fell into fixed buckets, their number and their sum. */
export class Histogram {
  readonly #context: HistogramContext;
  /** By bucket, not cumulative; the last is for what is above every bound. */
  readonly counts: number[];
  sum = 0;

  constructor(context: HistogramContext) {
    this.#context = context;
    this.counts = new Array<number>(context.bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { family, labels, bounds, listeners } = this.#context;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
    if (listeners.size > 0) for (const listener of listeners) listener(family, labels, value);
  }
}
