/** Edit distance between two words; a swap of two neighbours costs one. */
export function distance(left: string, right: string): number {
  return lastRow(left, right).at(-1) ?? 0;
}

/** Least edit distance between a word and any beginning of another: what a prefix search with typos compares. */
export function prefixDistance(word: string, longer: string): number {
  return Math.min(...lastRow(word, longer));
}

/** Distances between a whole word and each beginning of another, the empty one first. */
function lastRow(word: string, other: string): number[] {
  const rows = [...word];
  const columns = [...other];
  let beforeLast: number[] = [];
  let last = Array.from({ length: columns.length + 1 }, (_, column) => column);
  for (const [row, char] of rows.entries()) {
    const current = [row + 1];
    for (const [column, rival] of columns.entries()) {
      let cost = Math.min(
        (last[column + 1] ?? 0) + 1,
        (current[column] ?? 0) + 1,
        (last[column] ?? 0) + (char === rival ? 0 : 1),
      );
      if (row > 0 && column > 0 && char === columns[column - 1] && rows[row - 1] === rival) {
        cost = Math.min(cost, (beforeLast[column - 1] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last;
}
