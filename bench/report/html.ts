import type { Chart } from "../findings.ts";
import type { Verdict } from "../targets.ts";
import { drawBars } from "./bar-chart.ts";
import type { BenchReport, ScenarioReport } from "./bench-report.ts";
import { drawLines } from "./line-chart.ts";
import { escaped, table } from "./markup.ts";
import { shown } from "./shown.ts";
import { STYLE } from "./style.ts";

/** A report as one page that needs nothing else: no script, no font, no picture from elsewhere. */
export function renderHtml(report: BenchReport): string {
  const { targets, scenarios } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>miroir: benchmark of ${escaped(report.date.slice(0, 10))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>miroir: benchmark</h1>
${factsOf(report)}
<h2>Targets</h2>
${verdictTable(targets)}
${scenarios.map(sectionOf).join("\n")}
</body>
</html>
`;
}

function factsOf({ machine, date, command, nodeSource, size, notes }: BenchReport): string {
  const facts = [
    ["nodes", nodeSource],
    ["machine", machine],
    ["date", date],
    ["command", command],
    ["size", size],
    ...notes.map((note) => ["note", note]),
  ];
  return `<dl>${facts.map(([term = "", fact = ""]) => `<dt>${term}</dt><dd>${escaped(fact)}</dd>`).join("")}</dl>`;
}

function verdictTable(targets: readonly Verdict[]): string {
  const rows = targets.map(({ promise, target, verdict, figure }) => {
    const cells = [promise, figure === undefined ? "" : shown(figure), target, verdict];
    return `<tr class="${verdict.replace(" ", "-")}">${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;
  });
  const head = ["promise", "measured", "target", ""].map((cell) => `<th>${cell}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function sectionOf({ title, results, charts }: ScenarioReport): string {
  const rows = results.map(({ name, value, unit, ratio }) => [
    name,
    `${shown(value)} ${unit}`,
    ratio === undefined ? "" : `${shown(ratio)} ×`,
  ]);
  const figures = table(["figure", "value", "to the first"], rows);
  return `<h2>${escaped(title)}</h2>
${charts.map(figureOf).join("\n")}
${charts.length === 0 ? figures : `<details><summary>figures</summary>${figures}</details>`}`;
}

function figureOf(chart: Chart): string {
  const picture = chart.kind === "lines" ? drawLines(chart) : drawBars(chart);
  return `<figure><h3>${escaped(chart.title)}</h3>${picture}<figcaption>${escaped(chart.caption)}</figcaption></figure>`;
}
