import type { BenchResult } from "./measure.ts";

/** Several lines over one axis. */
export interface LineChart {
  readonly kind: "lines";
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Where something happened on the horizontal axis. */
  readonly mark?: { readonly at: number; readonly label: string };
}

/** `share` spreads the shares of samples from 0 to 0.999 as HdrHistogram plots do: by 1 / (1 - share). */
export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log" | "share";
}

/** A line through points, left to right. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Bars made of parts. */
export interface BarChart {
  readonly kind: "bars";
  readonly title: string;
  readonly caption: string;
  readonly unit: string;
  readonly parts: readonly string[];
  /** A value for every part. */
  readonly bars: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** A picture of the report. */
export type Chart = LineChart | BarChart;

/** What a scenario found out. */
export interface Findings {
  readonly results: readonly BenchResult[];
  readonly charts?: readonly Chart[];
}
