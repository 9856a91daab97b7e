/** One row of a CSV text and where it began. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** UTF-16 position of the row's first character, blank lines before it included. */
  readonly start: number;
}

/**
 * Splits CSV text as the server's reader does (csv 1.4): `"` quotes a cell when it opens it, `""` inside is one quote,
 * rows end at CR, LF or CR LF, blank lines are no rows, and an open quote lasts to the end of the text.
 */
export function* csvRows(text: string, delimiter: string): Generator<CsvRow> {
  let index = 0;
  while (index < text.length) {
    const start = index;
    while (text[index] === "\n" || text[index] === "\r") index++;
    if (index >= text.length) return;
    const cells: string[] = [];
    let ended = false;
    while (!ended) {
      const cell = readCell(text, index, delimiter);
      cells.push(cell.value);
      index = cell.end;
      ended = text[index] !== delimiter;
      index++;
    }
    yield { cells, start };
  }
}

/** A cell and the position of what ends it: a delimiter, a line end or the end of the text. */
function readCell(text: string, start: number, delimiter: string): { value: string; end: number } {
  const quoted = text[start] === '"' ? readQuoted(text, start + 1) : { value: "", end: start };
  let end = quoted.end;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end++;
  return { value: quoted.value + text.slice(quoted.end, end), end };
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = "";
  let from = start;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}
