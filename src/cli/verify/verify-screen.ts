import type { DifferenceKind, IndexReport, OpenDebt, VerifyReport } from "../../jobs/index.ts";
import { counted } from "../terminal/counted.ts";
import type { Paint } from "../terminal/paint.ts";
import { type Cell, tableLines } from "../terminal/table.ts";

const KINDS = ["missing", "extra", "stale", "different"] as const satisfies readonly DifferenceKind[];

/** Shards whose examples are shown, and examples of each. */
const SHARDS = 5;
const EXAMPLES = 2;

/** What a verification found, for people, as lines. */
export function verifyLines(report: VerifyReport, paint: Paint): string[] {
  const { indexes } = report;
  if (indexes.length === 0) return ["There is no index yet."];
  const notes = indexes.flatMap((index) => [
    ...exampleLines(index),
    ...hiddenLines(index),
    ...index.absent.map(({ node, reason }) => `node ${node} was not compared for index ${index.uid}: ${reason}`),
    ...(index.unsettled === 0
      ? []
      : [
          `${counted(index.unsettled, "document")} of index ${index.uid} changed at every look and could not be judged`,
        ]),
  ]);
  return [
    ...indexTable(indexes, paint),
    "",
    ...notes.map((line) => paint("warning", line)),
    ...(report.open ?? []).map((debt) => paint("warning", openLine(debt))),
    ...(report.unswept === undefined ? [] : [paint("warning", `these documents are not deleted: ${report.unswept}`)]),
    ...(notes.length + (report.open?.length ?? 0) > 0 ? [""] : []),
    verdict(report, paint),
  ];
}

function indexTable(indexes: readonly IndexReport[], paint: Paint): string[] {
  const numbers = ["copies", ...KINDS, "owed"].map((title) => ({ title, isNumber: true }));
  const rows = indexes.map((index): Cell[] => [
    index.uid,
    index.copies,
    ...[...KINDS.map((kind) => countOf(index, kind)), index.owed].map(
      (count): Cell => (count === 0 ? "-" : { text: count.toLocaleString("en"), tone: "bad" }),
    ),
  ]);
  return tableLines([{ title: "index" }, ...numbers], rows, paint);
}

function countOf({ shards }: IndexReport, kind: DifferenceKind): number {
  return shards.reduce((sum, shard) => sum + shard[kind], 0);
}

const WORDS = {
  missing: (node) => `is missing on ${node}`,
  extra: (node) => `is on ${node}, and most other owners lack it`,
  stale: (node) => `is older on ${node} than elsewhere`,
  different: (node) => `has another content on ${node} than elsewhere`,
} as const satisfies Record<DifferenceKind, (node: string) => string>;

function exampleLines({ uid, shards }: IndexReport): string[] {
  const shown = shards.slice(0, SHARDS).flatMap(({ shard, examples }) => {
    return examples
      .slice(0, EXAMPLES)
      .map(({ id, node, kind }) => `index ${uid}, shard ${shard}: document ${id} ${WORDS[kind](node)}`);
  });
  const rest = shards.length - SHARDS;
  return rest > 0
    ? [...shown, `index ${uid}: ${counted(rest, "more shard")} with differences; --json lists them`]
    : shown;
}

function hiddenLines({ uid, strays, untagged }: IndexReport): string[] {
  return [
    ...strays.map(({ node, documents, examples }) => {
      return `node ${node} holds ${counted(documents, "document")} of index ${uid} in shards that are not its own, such as ${examples[0]}; answers leave them out`;
    }),
    ...untagged.map(({ node, documents, examples }) => {
      return `node ${node} holds ${counted(documents, "document")} of index ${uid} that were not written through miroir, such as ${examples[0]}; answers leave them out`;
    }),
  ];
}

/** What a node still owes, and why. */
export function openLine({ node, index, documents, shards, changes, reason }: OpenDebt): string {
  if (changes.length > 0) {
    const missed = `node ${node} has yet to be given ${counted(changes.length, "change")} that it missed`;
    return `${missed}: ${changes.join(", ")}${reason === undefined ? "" : ` (${reason})`}`;
  }
  const what = documents === "all" ? "anything" : counted(documents, "document");
  const why = reason ?? "written to all the time, or locked by another repair";
  return `node ${node} owes index ${index}: ${what} in ${counted(shards, "shard")} (${why})`;
}

function verdict({ indexes, repaired = 0, swept = 0, open, isSound }: VerifyReport, paint: Paint): string {
  const total = indexes.reduce((sum, index) => sum + index.copies, 0);
  const compared = `${copies(total)} in ${counted(indexes.length, "index", "indexes")} compared.`;
  if (open !== undefined && open.length > 0) return `${compared} \`miroir repair\` with the same flags goes on.`;
  const deleted = swept === 0 ? "" : ` ${counted(swept, "document")} deleted where they did not belong.`;
  const mended = `${repaired === 0 ? "" : ` ${copies(repaired)} repaired.`}${deleted}`;
  if (isSound) return `${compared}${mended} ${paint("good", "All are equal.")}`;
  const isRepairable = open === undefined && indexes.some(isMendable);
  return `${compared}${mended}${isRepairable ? " `miroir verify --repair` with the same flags makes them equal." : ""}`;
}

function isMendable({ shards, owed, strays }: IndexReport): boolean {
  return shards.length > 0 || owed > 0 || strays.length > 0;
}

function copies(count: number): string {
  return counted(count, "copy", "copies");
}
