import { floatText } from "../number-text.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";
import { PayloadError } from "./payload-error.ts";
import type { RawField, RawRecord } from "./raw-document.ts";

type ColumnType = "string" | "number" | "boolean";

interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Texts that the server reads as floats, beside the words for infinity and NaN, which become null. */
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(inf|infinity|nan)$/i;

/** The documents of a CSV payload: a header of `name` or `name:string|number|boolean`, empty cells are null. */
export function parseCsv(text: string, delimiter: string): RawRecord[] {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const records: RawRecord[] = [];
  let columns: readonly Column[] | undefined;
  for (const row of csvRows(body, delimiter)) {
    if (columns === undefined) {
      columns = row.cells.map(parseHeader);
      continue;
    }
    const line = records.length + 1;
    if (row.cells.length !== columns.length) throw uneven(body, row, { line, expected: columns.length });
    records.push(toRecord(row, columns, line));
  }
  return records;
}

/** A column's name and type; what follows the last colon counts only when it names a type. */
function parseHeader(header: string): Column {
  const colon = header.lastIndexOf(":");
  const type = header.slice(colon + 1);
  if (colon >= 0 && (type === "string" || type === "number" || type === "boolean")) {
    return { name: header.slice(0, colon), type };
  }
  return { name: header, type: "string" };
}

function toRecord(row: CsvRow, columns: readonly Column[], line: number): RawRecord {
  const fields = new Map<string, RawField>();
  for (const [index, column] of columns.entries()) {
    const rawValue = toJson(row.cells[index] ?? "", column.type, line);
    fields.set(column.name, { key: column.name, rawValue });
  }
  return { fields: [...fields.values()] };
}

function toJson(cell: string, type: ColumnType, line: number): string {
  if (type === "string") return cell === "" ? "null" : JSON.stringify(cell);
  const trimmed = cell.trim();
  if (trimmed === "") return "null";
  return type === "number" ? toNumber(cell, trimmed, line) : toBoolean(cell, trimmed, line);
}

function toNumber(cell: string, trimmed: string, line: number): string {
  if (/^[+-]?\d+$/.test(trimmed)) {
    const integer = BigInt(trimmed.replace(/^\+/, ""));
    if (BigInt.asIntN(64, integer) === integer) return integer.toString();
  }
  if (NOT_FINITE.test(trimmed)) return "null";
  if (!FLOAT.test(trimmed)) throw badCell("number", cell, { line, reason: "invalid float literal" });
  const value = Number(trimmed);
  return Number.isFinite(value) ? floatText(value) : "null";
}

function toBoolean(cell: string, trimmed: string, line: number): string {
  if (trimmed === "true" || trimmed === "false") return trimmed;
  throw badCell("boolean", cell, { line, reason: "provided string was not `true` or `false`" });
}

function badCell(type: ColumnType, cell: string, { line, reason }: { line: number; reason: string }): PayloadError {
  return malformed(`Error parsing ${type} ${JSON.stringify(cell)} at line ${line}: ${reason}`);
}

function uneven(text: string, row: CsvRow, { line, expected }: { line: number; expected: number }): PayloadError {
  const before = text.slice(0, row.start);
  const place = `line: ${before.split("\n").length}, byte: ${new TextEncoder().encode(before).length}`;
  const found = `found record with ${row.cells.length} fields, but the previous record has ${expected} fields`;
  return malformed(`CSV error: record ${line} (${place}): ${found}`);
}

function malformed(reason: string): PayloadError {
  return new PayloadError(400, "malformed_payload", `The \`csv\` payload provided is malformed: \`${reason}\`.`);
}
