import { cpus } from "node:os";
import type { BenchResult } from "./measure.ts";
import { verdictOn } from "./targets.ts";

/** Everything a run says, as it is written with `--json`. */
export interface BenchReport {
  readonly machine: string;
  /** ISO 8601. */
  readonly date: string;
  readonly nodeSource: string;
  readonly results: readonly BenchResult[];
}

/** The report of a run on this machine. */
export function reportOf(nodeSource: string, results: readonly BenchResult[]): BenchReport {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model.trim() || "unknown processor"}, ${process.platform}, Node ${process.version}`;
  return { machine, date: new Date().toISOString(), nodeSource, results };
}

/** A report for people: ratios first, then absolute figures. */
export function renderReport({ machine, date, nodeSource, results }: BenchReport): string {
  const compared = results.filter(({ ratio }) => ratio !== undefined);
  const base = [...new Set(compared.map(({ ratioTo }) => (ratioTo ?? "").replace(/^.*: /, "")))].join(", ");
  const ratios = compared.map((each) => [each.name, `${shown(each.ratio ?? 0)} ×`, verdictOn(each)]);
  const absolutes = results.map((each) => [
    each.name,
    `${shown(each.value)} ${each.unit}`,
    each.ratio === undefined ? verdictOn(each) : "",
  ]);
  return [
    ...[`nodes    ${nodeSource}`, `machine  ${machine}`, `date     ${date}`],
    ...["", `Ratios to the ${base}`, ...table(ratios)],
    ...["", "Absolute", ...table(absolutes), ""],
  ].join("\n");
}

function table(rows: readonly string[][]): string[] {
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? "").length)));
  return rows.map(([name = "", figure = "", note = ""]) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${figure.padStart(widths[1] ?? 0)}  ${note}`.trimEnd(),
  );
}

function shown(figure: number): string {
  if (figure >= 1000) return Math.round(figure).toLocaleString("en");
  return figure >= 100 ? figure.toFixed(0) : figure >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}
