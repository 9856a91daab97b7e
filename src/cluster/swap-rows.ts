import type { IndexRows } from "./physical-names.ts";
import { type IndexRow, lastGenerationOf } from "./registry.ts";

/** Two indexes that change names, or one that gets another name. */
export interface IndexSwap {
  readonly indexes: readonly [string, string];
  readonly rename: boolean;
}

/** Why a swap cannot be made, in the server's words. */
export interface SwapProblem {
  readonly code: "index_not_found" | "index_already_exists";
  readonly message: string;
}

/** What stands in the way of swaps, if anything. */
export function swapProblem(swaps: readonly IndexSwap[], rows: IndexRows): SwapProblem | undefined {
  const exists = (uid: string) => rows.get(uid)?.deleted === false;
  const needed = swaps.flatMap(({ indexes, rename }) => (rename ? [indexes[0]] : indexes));
  const missing = needed.filter((uid) => !exists(uid)).sort();
  if (missing.length > 0) {
    const names = missing.map((uid) => `\`${uid}\``).join(", ");
    return { code: "index_not_found", message: `Index${missing.length > 1 ? "es" : ""} ${names} not found.` };
  }
  const [from, to] = swaps.find(({ indexes, rename }) => rename && exists(indexes[1]))?.indexes ?? [];
  if (from === undefined) return undefined;
  const hint = `Hint: You can remove \`${to}\` first and then do your remove.`;
  return {
    code: "index_already_exists",
    message: `Cannot rename \`${from}\` to \`${to}\` as the index already exists. ${hint}`,
  };
}

/** The rows that give each index its new name: two for every swap. Their stamps are still the old ones. */
export function swappedRows(swaps: readonly IndexSwap[], rows: IndexRows): IndexRow[] {
  return swaps.flatMap(({ indexes: [left, right], rename }) => {
    const [first, second] = [rowOf(rows, left), rows.get(right)];
    const moved = namedRow(first, right, second);
    return [moved, rename || second === undefined ? { ...first, deleted: true } : namedRow(second, left, first)];
  });
}

/** The row of `uid` that stands for what `row` stood for; each name keeps its own history. */
function namedRow(row: IndexRow, uid: string, former: IndexRow | undefined): IndexRow {
  const lastGeneration = former === undefined ? 0 : lastGenerationOf(former);
  return { ...row, uid, origin: row.origin ?? row.uid, lastGeneration };
}

function rowOf(rows: IndexRows, uid: string): IndexRow {
  const row = rows.get(uid);
  if (row === undefined) throw new Error(`there is no row of index \`${uid}\``);
  return row;
}
