import type { Line } from "../findings.ts";
import type { Histogram } from "../histogram.ts";

const SHARES = [
  0, 0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999,
];

/** Latency over the share of samples, as far as there are samples to tell. */
export function shareCurve(histogram: Histogram): Line["points"] {
  return SHARES.filter((share) => (1 - share) * histogram.count >= 1).map((share) => [
    share,
    histogram.quantile(share),
  ]);
}
