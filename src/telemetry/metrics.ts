import type { Labels, ObservationListener } from "./series.ts";

/** A counter or gauge as it stands. */
interface ValueSample {
  readonly labels: Labels;
  readonly value: number;
}

/** A histogram as it stands. */
export interface HistogramSample {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  /** Cumulative: how many values were at most `le`. The last bound is `Infinity`. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

interface FamilyHead {
  readonly name: string;
  readonly help: string;
}

/** One family of metrics as it stands, with a sample for each combination of label values that was seen. */
export type MetricFamily =
  | (FamilyHead & { readonly kind: "counter" | "gauge"; readonly samples: readonly ValueSample[] })
  | (FamilyHead & { readonly kind: "histogram"; readonly samples: readonly HistogramSample[] });

/** What a client has counted and measured in this process since it was made. */
export interface Metrics {
  /** Every family that has samples. */
  snapshot(): MetricFamily[];
  /** One family by its whole name; `undefined` as long as it has no samples. */
  family(name: string): MetricFamily | undefined;
  /** All of it in Prometheus' text format 0.0.4. */
  text(): string;
  /** Calls back with every value that a histogram is given, for meters that keep their own; answers what ends that. */
  onObservation(listener: ObservationListener): () => void;
}
