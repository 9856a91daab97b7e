/** Buckets grow by a tenth, so that a quantile is known to within five percent. */
const GROWTH = 1.1;

/** Upper end of the first bucket, in milliseconds. */
const SMALLEST_MS = 0.1;

/** The last bucket begins at about 30 seconds. */
const BUCKETS = 134;

const SLOTS = 6;

/** Quantiles of the latencies of the last minute, in memory that does not grow: a histogram in slots of ten seconds. */
export class LatencyWindow {
  readonly #slotMs: number;
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint32Array(BUCKETS));
  readonly #counts = new Float64Array(BUCKETS);
  #slot = 0;
  #total = 0;

  /** @param spanMs how long a sample counts, in milliseconds; it may be a sixth longer or shorter */
  constructor(spanMs = 60_000) {
    this.#slotMs = spanMs / SLOTS;
  }

  add(latencyMs: number, nowMs: number): void {
    this.#forget(nowMs);
    const bucket = bucketOf(latencyMs);
    const slot = this.#slots[this.#slot % SLOTS];
    if (slot !== undefined) slot[bucket] = (slot[bucket] ?? 0) + 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** Samples that count. */
  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#total;
  }

  /** The latency that `share` of the samples do not exceed, in milliseconds; undefined without samples. */
  quantile(share: number, nowMs: number): number | undefined {
    this.#forget(nowMs);
    if (this.#total === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted) return upperEndOf(bucket);
    }
    return upperEndOf(BUCKETS - 1);
  }

  #forget(nowMs: number): void {
    const current = Math.floor(nowMs / this.#slotMs);
    const steps = Math.min(current - this.#slot, SLOTS);
    for (let step = 0; step < steps; step++) this.#clear((current - step) % SLOTS);
    this.#slot = Math.max(current, this.#slot);
  }

  #clear(position: number): void {
    const slot = this.#slots[position];
    if (slot === undefined) return;
    for (const [bucket, count] of slot.entries()) {
      if (count === 0) continue;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) - count;
      this.#total -= count;
    }
    slot.fill(0);
  }
}

function bucketOf(latencyMs: number): number {
  if (latencyMs <= SMALLEST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(latencyMs / SMALLEST_MS) / Math.log(GROWTH)));
}

function upperEndOf(bucket: number): number {
  return SMALLEST_MS * GROWTH ** bucket;
}
