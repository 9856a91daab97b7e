import type { HistogramSample, MetricFamily } from "./metrics.ts";
import type { Labels } from "./series.ts";

/** One line of samples: what a value is called, its labels, the value. */
interface SampleLine {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/**
 * Families in Prometheus' text format 0.0.4.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function exposition(families: readonly MetricFamily[]): string {
  return families.map((family) => `${linesOf(family).join("\n")}\n`).join("");
}

/** The sample lines of one family; a histogram has one for every bucket, its sum and its count. */
export function sampleLines(family: MetricFamily): SampleLine[] {
  if (family.kind === "histogram") return family.samples.flatMap((sample) => histogramLines(family.name, sample));
  return family.samples.map(({ labels, value }) => ({ name: family.name, labels, value }));
}

function histogramLines(name: string, { labels, buckets, sum, count }: HistogramSample): SampleLine[] {
  return [
    ...buckets.map((bucket) => ({
      name: `${name}_bucket`,
      labels: { ...labels, le: numberText(bucket.le) },
      value: bucket.count,
    })),
    { name: `${name}_sum`, labels, value: sum },
    { name: `${name}_count`, labels, value: count },
  ];
}

function linesOf(family: MetricFamily): string[] {
  const { name, help, kind } = family;
  const samples = sampleLines(family).map((line) => `${line.name}${labelText(line.labels)} ${numberText(line.value)}`);
  return [`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} ${kind}`, ...samples];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
