import { stripVTControlCharacters, styleText } from "node:util";
import { WHAT_IS_COMPARED } from "./compare.ts";
import type { Stage } from "./stage.ts";
import type { DemoReport } from "./story.ts";

/** The report as text, in colour if wanted. */
export function renderReport(report: DemoReport, hasColour: boolean): string {
  const mark = (isGood: boolean, text: string) =>
    hasColour ? styleText(isGood ? "green" : "red", text, { validateStream: false }) : text;
  const { killed, changes, stages, indebtedShards } = report;
  return [
    ...stages.flatMap((stage) => ["", ...renderStage(stage, mark)]),
    "",
    `writes while ${killed.id} was down`,
    ...table(
      ["write", "cluster", "reference", "degraded", "owed by", "shards"],
      changes.map((row) => [
        row.name,
        mark(row.cluster === "succeeded", row.cluster),
        row.reference,
        mark(row.degraded, row.degraded ? "yes" : "no"),
        row.indebted.join(", ") || "-",
        String(row.degradedShards.length),
      ]),
    ),
    `indebted shards of ${killed.id}: ${indebtedShards.join(" ") || "none"}`,
    "",
    ...renderSummary(report, mark),
    WHAT_IS_COMPARED,
    "one node ms = the same search on the one node by the official client's own transport",
    "",
    mark(report.held, report.held ? "everything held" : "something did not hold"),
  ].join("\n");
}

type Mark = (isGood: boolean, text: string) => string;

function renderStage(stage: Stage, mark: Mark): string[] {
  const rows = stage.rows.map((row) => [
    row.name,
    row.q || "-",
    `${row.hits} of ${row.total}`,
    row.clusterMs.toFixed(1),
    row.referenceMs.toFixed(1),
    mark(row.identical, row.identical ? "yes" : row.differences.join("; ")),
    row.swappedInTies === 0 ? "" : `${row.swappedInTies} swapped in ties`,
    row.complete ? "" : mark(false, "degraded"),
  ]);
  return [
    `searches, ${stage.name}`,
    ...table(["search", "words", "hits", "cluster ms", "one node ms", "identical", "", ""], rows),
  ];
}

function renderSummary(report: DemoReport, mark: Mark): string[] {
  const rows = report.stages.map((stage) => {
    const { cluster, reference, equal } = stage.documents;
    return [
      stage.name,
      mark(stage.identical === stage.rows.length, `${stage.identical}/${stage.rows.length}`),
      mark(equal, equal ? `${cluster}, all equal` : `${cluster} against ${reference}, not all equal`),
      median(stage.rows.map((row) => row.clusterMs)).toFixed(1),
      median(stage.rows.map((row) => row.referenceMs)).toFixed(1),
      mark(stage.held, stage.held ? "yes" : "no"),
    ];
  });
  return [
    `summary: ${report.documents} documents, ${report.nodes.length} nodes, replication factor ${report.replicationFactor}, ${report.seconds} s`,
    `cluster: ${report.source}`,
    `one node: ${report.reference}`,
    ...table(["stage", "identical", "documents", "cluster ms", "one node ms", "held"], rows),
  ];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Columns as wide as their widest cell; colours take no room. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => lengthOf(row[column]))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)].map((text) => `  ${text}`);
}

function lengthOf(cell = ""): number {
  return stripVTControlCharacters(cell).length;
}
