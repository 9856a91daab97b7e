import { exposition } from "./exposition.ts";
import { Family, type FamilySpec, type LabelValues } from "./family.ts";
import type { HistogramSample, MetricFamily, Metrics } from "./metrics.ts";
import { Counter, Gauge, Histogram, type Labels, type ObservationListener } from "./series.ts";

/** A family whose values are added up. */
export interface CounterSpec<Names extends readonly string[] = readonly string[]> extends FamilySpec<Names> {
  readonly kind: "counter";
}

/** A family whose values go up and down. */
export interface GaugeSpec<Names extends readonly string[] = readonly string[]> extends FamilySpec<Names> {
  readonly kind: "gauge";
}

/** A family whose values fall into buckets. */
export interface HistogramSpec<Names extends readonly string[] = readonly string[]> extends FamilySpec<Names> {
  readonly kind: "histogram";
  /** Upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
}

/** Values of a family that are looked up when somebody asks, one for each combination of label values. */
export type Readings<Names extends readonly string[]> = () => Iterable<readonly [LabelValues<Names>, number]>;

/** The metrics of one client. A family is there from the first time that somebody asks for it. */
export class MetricRegistry implements Metrics {
  readonly #listeners = new Set<ObservationListener>();
  readonly #families = new Map<string, { readonly family: unknown; read(): MetricFamily }>();

  counter<Names extends readonly string[]>(spec: CounterSpec<Names>): Family<Names, Counter> {
    return this.#familyOf(spec, () => new Counter(), valueSample);
  }

  gauge<Names extends readonly string[]>(spec: GaugeSpec<Names>): Family<Names, Gauge> {
    return this.#familyOf(spec, () => new Gauge(), valueSample);
  }

  histogram<Names extends readonly string[]>(spec: HistogramSpec<Names>): Family<Names, Histogram> {
    const { name, bounds } = spec;
    const make = (labels: Labels) => new Histogram({ family: name, labels, bounds, listeners: this.#listeners });
    return this.#familyOf(spec, make, (labels, histogram) => histogramSample(labels, histogram, bounds));
  }

  /** A family that others keep: its values are read whenever somebody looks. The last reading counts. */
  reading<Names extends readonly string[]>(spec: CounterSpec<Names> | GaugeSpec<Names>, read: Readings<Names>): void {
    const { name, kind, help, labels: names } = spec;
    const labelsOf = (values: readonly string[]) =>
      Object.fromEntries(names.map((label, position) => [label, values[position] ?? ""]));
    const samples = () => Array.from(read(), ([values, value]) => ({ labels: labelsOf(values), value }));
    this.#families.set(name, { family: undefined, read: () => ({ name, kind, help, samples: samples() }) });
  }

  snapshot(): MetricFamily[] {
    return [...this.#families.values()].map(({ read }) => read()).filter(({ samples }) => samples.length > 0);
  }

  family(name: string): MetricFamily | undefined {
    const family = this.#families.get(name)?.read();
    return family?.samples.length === 0 ? undefined : family;
  }

  text(): string {
    return exposition(this.snapshot());
  }

  onObservation(listener: ObservationListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #familyOf<Names extends readonly string[], Series, Sample>(
    spec: FamilySpec<Names>,
    make: (labels: Labels) => Series,
    sample: (labels: Labels, series: Series) => Sample,
  ): Family<Names, Series> {
    const { name, kind, help } = spec;
    const known = this.#families.get(name);
    if (known !== undefined) return known.family as Family<Names, Series>;
    const family = new Family(spec, make);
    const read = () => {
      const samples = family.all.map(([labels, series]) => sample(labels, series));
      return { name, kind, help, samples } as unknown as MetricFamily; // the kind goes with its samples
    };
    this.#families.set(name, { family, read });
    return family;
  }
}

function valueSample(labels: Labels, { value }: Counter | Gauge) {
  return { labels, value };
}

function histogramSample(labels: Labels, { counts, sum }: Histogram, bounds: readonly number[]): HistogramSample {
  let count = 0;
  const buckets = counts.map((own, position) => {
    count += own;
    return { le: bounds[position] ?? Number.POSITIVE_INFINITY, count };
  });
  return { labels, count, sum, buckets };
}
