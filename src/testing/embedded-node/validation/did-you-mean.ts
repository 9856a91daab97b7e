/** The hint `` did you mean `x`?  `` of the server's refusals, or nothing when no accepted word is close. */
export function didYouMean(received: string, accepted: readonly string[]): string {
  const allowed = typosAllowed(new TextEncoder().encode(received).length);
  let best: { word: string; distance: number } | undefined;
  for (const word of allowed === 0 ? [] : accepted) {
    const distance = damerauLevenshtein(received, word);
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best === undefined ? "" : `did you mean \`${best.word}\`? `;
}

function typosAllowed(length: number): number {
  if (length <= 3) return 0;
  if (length <= 7) return 1;
  if (length <= 12) return 2;
  if (length <= 17) return 3;
  return length <= 24 ? 4 : 5;
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; swapped letters may be edited again. */
function damerauLevenshtein(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  const far = a.length + b.length;
  const rows: number[][] = [Array(b.length + 2).fill(far)];
  for (let i = 0; i <= a.length; i += 1) rows.push([far, i, ...Array(b.length).fill(0)]);
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? far;
  rows[1] = [far, ...Array.from({ length: b.length + 1 }, (_, j) => j)];
  const lastRowByLetter = new Map<string, number>();
  for (let i = 1; i <= a.length; i += 1) {
    let lastMatch = 0;
    const row = rows[i + 1] ?? [];
    for (let j = 1; j <= b.length; j += 1) {
      const swapRow = lastRowByLetter.get(b[j - 1] ?? "") ?? 0;
      const same = a[i - 1] === b[j - 1];
      const swap = cell(swapRow, lastMatch) + (i - swapRow - 1) + 1 + (j - lastMatch - 1);
      if (same) lastMatch = j;
      row[j + 1] = Math.min(cell(i, j) + (same ? 0 : 1), cell(i + 1, j) + 1, cell(i, j + 1) + 1, swap);
    }
    lastRowByLetter.set(a[i - 1] ?? "", i);
  }
  return cell(a.length + 1, b.length + 1);
}
