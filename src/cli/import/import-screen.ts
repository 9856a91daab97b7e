import type { ImportPlan, ImportReport } from "../../jobs/index.ts";
import { counted } from "../terminal/counted.ts";
import type { Paint } from "../terminal/paint.ts";
import { type Cell, tableLines } from "../terminal/table.ts";

/** What an import would copy, for people, as lines. */
export function planLines({ indexes }: ImportPlan, paint: Paint): string[] {
  const columns = [
    { title: "index" },
    { title: "primary key" },
    { title: "documents", isNumber: true },
    { title: "here", isNumber: true },
  ];
  const rows = indexes.map(({ uid, primaryKey, documents, present }) => [uid, primaryKey ?? "-", documents, present]);
  return [
    ...(indexes.length === 0 ? ["There is no index to copy."] : tableLines(columns, rows, paint)),
    ...indexes.flatMap(({ uid, notes }) => notes.map((note) => paint("warning", `index ${uid}: ${note}`))),
    "",
  ];
}

/** What an import copied, for people, as lines. */
export function reportLines({ indexes, keys, isSourceChanged, isEqual }: ImportReport, paint: Paint): string[] {
  const columns = [{ title: "index" }, { title: "source", isNumber: true }, { title: "here", isNumber: true }];
  const rows = indexes.map(({ uid, source, imported }): Cell[] => {
    return [uid, source, source === imported ? imported : { text: imported.toLocaleString("en"), tone: "bad" }];
  });
  return [
    ...tableLines(columns, rows, paint),
    "",
    ...indexes.flatMap(({ uid, notes }) => notes.map((note) => paint("warning", `index ${uid}: ${note}`))),
    ...keyLines(keys, paint),
    ...(isSourceChanged
      ? [paint("warning", "The source was written to meanwhile: documents may be older here than there.")]
      : []),
    isEqual ? paint("good", "Everything was copied.") : "Not everything is as it is in the source.",
  ];
}

function keyLines(keys: ImportReport["keys"], paint: Paint): string[] {
  if (keys === undefined) return [];
  if (keys.skipped !== undefined) return [paint("quiet", `No API key was copied: ${keys.skipped}.`)];
  const changed = keys.changed.map((uid) =>
    paint("warning", `key ${uid} has another text here: the master keys differ`),
  );
  return [`${counted(keys.copied, "API key")} copied.`, ...changed];
}
