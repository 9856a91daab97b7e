/** Buckets of one power of two: three significant digits, as HdrHistogram has them. */
const HALF = 1024;
/** Powers of two above the first 2,048 microseconds; values beyond 35 minutes count as 35 minutes. */
const POWERS = 20;

/** A histogram as it goes over a pipe or into a file: position of each bucket in use, and its count. */
export type HistogramEntries = readonly (readonly [bucket: number, count: number])[];

/**
 * Latencies in milliseconds, kept in log-linear buckets of at most 0.1 % of their value (as HdrHistogram): every sample of a
 * run fits, histograms of several runs add up, and quantiles to p99.9 cost nothing.
 */
export class Histogram {
  readonly #counts = new Uint32Array(HALF * (POWERS + 2));
  #count = 0;

  /** The sum of several. */
  static merged(parts: Iterable<HistogramEntries>): Histogram {
    const sum = new Histogram();
    for (const entries of parts) for (const [bucket, count] of entries) sum.#add(bucket, count);
    return sum;
  }

  get count(): number {
    return this.#count;
  }

  record(ms: number): void {
    this.#add(bucketOf(Math.round(ms * 1000)), 1);
  }

  /** Milliseconds that the share `q` of the samples does not exceed, from 0 to 1; NaN without samples. */
  quantile(q: number): number {
    let left = Math.max(1, Math.ceil(q * this.#count));
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return middleOf(bucket) / 1000;
    }
    return Number.NaN;
  }

  entries(): HistogramEntries {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  #add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#count += count;
  }
}

/** The first 2,048 microseconds have a bucket each; every further power of two has 1,024. */
function bucketOf(microseconds: number): number {
  const value = Math.min(Math.max(0, microseconds), 2 ** (POWERS + 11) - 1);
  const power = Math.max(0, 21 - Math.clz32(value));
  return power * HALF + Math.floor(value / 2 ** power);
}

function middleOf(bucket: number): number {
  const power = Math.max(0, Math.floor(bucket / HALF) - 1);
  const width = 2 ** power;
  return (bucket - power * HALF) * width + (width - 1) / 2;
}
