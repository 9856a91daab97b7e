import type { JsonObject, JsonValue } from "../../../core/types.ts";

/** A CSV text that cannot be read, in the server's words. */
export class CsvError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CsvError";
  }
}

/** A number as the server reads it; no hexadecimal, no separators. */
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

interface Row {
  readonly cells: string[];
  readonly line: number;
  readonly byte: number;
}

interface Column {
  readonly name: string;
  readonly type: "string" | "number" | "boolean";
}

/** Documents of a CSV text; the header names the fields and, after a colon, their types. */
export function parseCsv(text: string, delimiter: string): JsonObject[] {
  const [header, ...rows] = [...readRows(text, delimiter)];
  if (header === undefined) return [];
  const columns = header.cells.map(column);
  return rows.map((row, index) => {
    if (row.cells.length !== columns.length) throw unevenRow(row, index + 1, columns.length);
    const entries = columns.map((col, at) => [col.name, cellValue(row.cells[at] ?? "", col, index + 1)] as const);
    return Object.fromEntries(entries);
  });
}

function column(header: string): Column {
  const match = /^(.*):(string|number|boolean)$/s.exec(header);
  if (match === null) return { name: header, type: "string" };
  return { name: match[1] ?? "", type: match[2] as Column["type"] };
}

function cellValue(text: string, { type }: Column, line: number): JsonValue {
  const trimmed = text.trim();
  if (type === "string") return text === "" ? null : text;
  if (trimmed === "") return null;
  if (type === "boolean") {
    if (trimmed === "true" || trimmed === "false") return trimmed === "true";
    throw new CsvError(
      `Error parsing boolean "${text}" at line ${line}: provided string was not \`true\` or \`false\``,
    );
  }
  if (!FLOAT.test(trimmed)) throw new CsvError(`Error parsing number "${text}" at line ${line}: invalid float literal`);
  return Number(trimmed);
}

function unevenRow(row: Row, record: number, columns: number): CsvError {
  const place = `record ${record} (line: ${row.line}, byte: ${row.byte})`;
  return new CsvError(
    `CSV error: ${place}: found record with ${row.cells.length} fields, but the previous record has ${columns} fields`,
  );
}

/** Rows by RFC 4180: cells may be quoted, quotes inside are doubled; empty lines are skipped. */
function* readRows(text: string, delimiter: string): IterableIterator<Row> {
  const byteLength = (part: string): number => new TextEncoder().encode(part).length;
  let line = 1;
  let byte = 0;
  let at = 0;
  while (at < text.length) {
    const { cells, end } = readRow(text, at, delimiter);
    const raw = text.slice(at, end);
    if (raw.trim() !== "") yield { cells, line, byte };
    line += raw.split("\n").length - 1;
    byte += byteLength(raw);
    at = end;
  }
}

function readRow(text: string, start: number, delimiter: string): { cells: string[]; end: number } {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === "") isQuoted = true;
    else if (character === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (character === "\n") {
      at += 1;
      break;
    } else if (character !== "\r") cell += character;
  }
  cells.push(cell);
  return { cells, end: at };
}
