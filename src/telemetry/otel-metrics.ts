import { CATALOGUE } from "./catalogue.ts";
import type { CounterSpec, GaugeSpec, HistogramSpec } from "./metric-registry.ts";
import type { Metrics } from "./metrics.ts";
import type { Labels } from "./series.ts";

/** Where OpenTelemetry takes the values of observable instruments from. */
interface OtelBatch<Instrument> {
  observe(instrument: Instrument, value: number, attributes: Labels): void;
}

interface OtelOptions {
  readonly description: string;
  readonly unit: string;
  readonly advice?: { explicitBucketBoundaries: number[] };
}

/** The part of an OpenTelemetry `Meter` that is used. */
export interface OtelMeter<Instrument = unknown> {
  createObservableCounter(name: string, options: OtelOptions): Instrument;
  createObservableGauge(name: string, options: OtelOptions): Instrument;
  createHistogram(name: string, options: OtelOptions): { record(value: number, attributes: Labels): void };
  addBatchObservableCallback(callback: (batch: OtelBatch<Instrument>) => void, instruments: Instrument[]): void;
  removeBatchObservableCallback(callback: (batch: OtelBatch<Instrument>) => void, instruments: Instrument[]): void;
}

/**
 * Hands a client's metrics to an OpenTelemetry `Meter`: counters and gauges when they are collected, histograms value by
 * value from now on.
 * @returns what ends that
 */
export function otelMetrics<Instrument>(
  { metrics }: { readonly metrics: Metrics },
  meter: OtelMeter<Instrument>,
): () => void {
  const specs = Object.values(CATALOGUE);
  const histograms = new Map(
    specs.flatMap((spec) =>
      spec.kind === "histogram" ? [[spec.name as string, meter.createHistogram(spec.name, optionsOf(spec))]] : [],
    ),
  );
  const values = new Map(
    specs.flatMap((spec) => (spec.kind === "histogram" ? [] : [[spec.name, valueInstrument(meter, spec)] as const])),
  );
  const collect = (batch: OtelBatch<Instrument>) => {
    for (const [name, instrument] of values) {
      const family = metrics.family(name);
      if (family === undefined || family.kind === "histogram") continue;
      for (const { labels, value } of family.samples) batch.observe(instrument, value, labels);
    }
  };
  const instruments = [...values.values()];
  meter.addBatchObservableCallback(collect, instruments);
  const stop = metrics.onObservation((name, labels, value) => histograms.get(name)?.record(value, labels));
  return () => {
    stop();
    meter.removeBatchObservableCallback(collect, instruments);
  };
}

function valueInstrument<Instrument>(meter: OtelMeter<Instrument>, spec: CounterSpec | GaugeSpec): Instrument {
  const options = optionsOf(spec);
  return spec.kind === "counter"
    ? meter.createObservableCounter(spec.name, options)
    : meter.createObservableGauge(spec.name, options);
}

function optionsOf(spec: CounterSpec | GaugeSpec | HistogramSpec): OtelOptions {
  const described = { description: spec.help, unit: spec.name.endsWith("_seconds") ? "s" : "1" };
  return spec.kind === "histogram"
    ? { ...described, advice: { explicitBucketBoundaries: [...spec.bounds] } }
    : described;
}
