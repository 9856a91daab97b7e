/** A mean in which the weight of every sample halves again and again: an EWMA by time, whatever the rate of samples. */
export interface DecayedMean {
  readonly value: number;
  /** Sum of the samples' weights as of `atMs`; a new sample weighs 1. */
  readonly weight: number;
  /** When the last sample was taken, on a monotonic clock. */
  readonly atMs: number;
}

/**
 * The mean with one more sample. The weights are normalised, so that one slow first answer does not stand for long among
 * many quick ones, and a node that was asked rarely is judged by what it did last.
 */
export function addSample(
  mean: DecayedMean | undefined,
  sample: { readonly value: number; readonly atMs: number },
  halfLifeMs: number,
): DecayedMean {
  if (mean === undefined) return { value: sample.value, weight: 1, atMs: sample.atMs };
  const old = mean.weight * 0.5 ** (Math.max(0, sample.atMs - mean.atMs) / halfLifeMs);
  const weight = old + 1;
  return { value: mean.value + (sample.value - mean.value) / weight, weight, atMs: Math.max(mean.atMs, sample.atMs) };
}

/** What a mean is worth now: without samples it goes to `rest`, by half in every half-life. */
export function decayTowards(
  rest: number,
  mean: DecayedMean,
  { nowMs, halfLifeMs }: { readonly nowMs: number; readonly halfLifeMs: number },
): number {
  return rest + (mean.value - rest) * 0.5 ** (Math.max(0, nowMs - mean.atMs) / halfLifeMs);
}
