import { counted } from "../terminal/counted.ts";
import type { Paint, Tone } from "../terminal/paint.ts";
import { type Cell, tableLines } from "../terminal/table.ts";
import type { DebtStatus, IndexStatus, NodeStatus, StatusReport } from "./status-report.ts";

const TONES = { healthy: "good", degraded: "warning", unavailable: "bad" } as const satisfies Record<string, Tone>;

/** A status for people, as lines. */
export function statusLines(report: StatusReport, paint: Paint): string[] {
  return [
    headline(report, paint),
    "",
    ...nodeTable(report.nodes, paint),
    "",
    ...indexTable(report, paint),
    "",
    ...balanceLine(report),
    ...report.nodes.flatMap(({ id, reason }) => (reason === null ? [] : [paint("bad", `node ${id} ${reason}`)])),
    ...debtLines(report.debts).map((line) => paint("warning", line)),
    ...report.warnings.map((line) => paint("warning", line)),
    ...(report.health === "healthy" ? [] : ["`miroir doctor` with the same flags says what to do."]),
  ];
}

const NAMELESS: Readonly<Record<string, string>> = {
  false: "not founded yet: the first client that connects founds it",
  null: "no node can be asked",
};

function headline({ clusterId, health, founded, ...report }: StatusReport, paint: Paint): string {
  const name = founded === true ? `cluster ${clusterId}` : NAMELESS[String(founded)];
  const shape = [
    counted(report.nodes.length, "node"),
    counted(report.shards, "shard"),
    counted(report.copies, "copy", "copies"),
    `epoch ${report.epoch}`,
  ];
  return `${paint("title", name ?? "")}  ${paint(TONES[health], health)}  ${shape.join(" · ")}`;
}

function nodeTable(nodes: readonly NodeStatus[], paint: Paint): string[] {
  const hasGroups = new Set(nodes.map(({ group }) => group)).size > 1;
  const columns = [
    { title: "node" },
    ...(hasGroups ? [{ title: "group" }] : []),
    { title: "state" },
    { title: "version" },
    ...["shards", "documents", "owes", "queue"].map((title) => ({ title, isNumber: true })),
    { title: "address" },
  ];
  const rows = nodes.map((node): Cell[] => [
    node.id,
    ...(hasGroups ? [node.group] : []),
    { text: node.state, tone: node.state === "up" ? "good" : "bad" },
    node.version ?? "-",
    ...[node.shards, node.documents ?? "-"],
    node.owes === 0 ? "-" : { text: counted(node.owes, "shard"), tone: "warning" },
    node.queue ?? "-",
    node.url,
  ]);
  return tableLines(columns, rows, paint);
}

function indexTable({ founded, indexes, copies }: StatusReport, paint: Paint): string[] {
  if (indexes.length === 0) return [founded === null ? "indexes unknown" : "no index yet"];
  const columns = [{ title: "index" }, { title: "documents", isNumber: true }, { title: "copies" }];
  const rows = indexes.map((index): Cell[] => [index.uid, index.documents ?? "unknown", copiesCell(index, copies)]);
  return tableLines(columns, rows, paint);
}

function copiesCell({ shards: { complete, degraded, missing } }: IndexStatus, copies: number): Cell {
  if (degraded === 0 && missing === 0) return { text: `complete (${copies} of ${copies})`, tone: "good" };
  const parts = [
    ...(complete > 0 ? [`${counted(complete, "shard")} complete`] : []),
    ...(degraded > 0 ? [`${degraded} without some copy`] : []),
    ...(missing > 0 ? [`${missing} missing`] : []),
  ];
  return { text: parts.join(", "), tone: missing > 0 ? "bad" : "warning" };
}

function balanceLine({ balance: { shards, documents }, indexes }: StatusReport): string[] {
  const range = (least: number, most: number, noun: string) =>
    least === most ? counted(least, noun) : `${least.toLocaleString("en")} to ${counted(most, noun)}`;
  const held =
    documents !== null && indexes.length > 0 ? ` and ${range(documents.least, documents.most, "document")}` : "";
  return [`balance: ${range(shards.least, shards.most, "shard")}${held} a node`];
}

/** One line for each node and index that owes. */
function debtLines(debts: readonly DebtStatus[]): string[] {
  const byReplica = new Map<string, DebtStatus[]>();
  for (const debt of debts) {
    const key = `node ${debt.node} owes index ${debt.index}`;
    byReplica.set(key, [...(byReplica.get(key) ?? []), debt]);
  }
  return [...byReplica].map(([owner, owed]) => {
    const named = owed.reduce((sum, { documents }) => sum + (documents === "all" ? 0 : documents), 0);
    const whole = owed.filter(({ documents }) => documents === "all").length;
    const shards =
      owed.length > 8 ? counted(owed.length, "shard") : `shards ${owed.map(({ shard }) => shard).join(", ")}`;
    const what = [
      ...(named > 0 ? [counted(named, "document")] : []),
      ...(whole > 0 ? [`anything in ${counted(whole, "shard")}`] : []),
    ];
    return `${owner}: ${what.join(" and ")} (${shards}); reads avoid these copies`;
  });
}
