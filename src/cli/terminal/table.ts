import type { Paint, Tone } from "./paint.ts";

/** One column: its heading, and whether its cells are numbers, which stand at the right. */
export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A cell, or one with a tone. */
export type Cell = string | number | { readonly text: string; readonly tone: Tone };

/** Lines of a table with headings, columns two blanks apart, no blank at a line's end. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const texts = rows.map((row) => row.map(textOf));
  const widths = columns.map(({ title }, position) =>
    Math.max(title.length, ...texts.map((row) => row[position]?.length ?? 0)),
  );
  const line = (cells: readonly Cell[]): string => {
    const padded = columns.map(({ isNumber }, position) => {
      const cell = cells[position] ?? "";
      const text = textOf(cell);
      const width = position === columns.length - 1 && isNumber !== true ? 0 : (widths[position] ?? 0);
      const aligned = isNumber === true ? text.padStart(width) : text.padEnd(width);
      return typeof cell === "object" ? paint(cell.tone, aligned) : aligned;
    });
    return padded.join("  ").trimEnd();
  };
  const heading = columns.map(({ title }) => ({ text: title.toUpperCase(), tone: "quiet" as const }));
  return [line(heading), ...rows.map(line)];
}

function textOf(cell: Cell): string {
  if (typeof cell === "number") return cell.toLocaleString("en");
  return typeof cell === "string" ? cell : cell.text;
}
