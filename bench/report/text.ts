import type { BenchReport, ScenarioReport } from "./bench-report.ts";
import { shown } from "./shown.ts";

/** A report for a terminal: every scenario's figures, then what became of the targets. */
export function renderText({ machine, date, nodeSource, notes, targets, scenarios }: BenchReport): string {
  const verdicts = targets.map(({ promise, target, verdict, figure }) => [
    promise,
    figure === undefined ? "" : shown(figure),
    target,
    verdict,
  ]);
  return [
    ...[`nodes    ${nodeSource}`, `machine  ${machine}`, `date     ${date}`],
    ...notes.map((note) => `note     ${note}`),
    ...scenarios.flatMap(scenarioLines),
    ...["", "Targets", ...table(verdicts), ""],
  ].join("\n");
}

function scenarioLines({ title, results }: ScenarioReport): string[] {
  const rows = results.map(({ name, value, unit, ratio }) => [
    name,
    `${shown(value)} ${unit}`,
    ratio === undefined ? "" : `${shown(ratio)} ×`,
  ]);
  return ["", title, ...table(rows)];
}

/** The first column to the left, the figures to the right. */
function table(rows: readonly string[][]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      return column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
