import { type IndexRow, lastGenerationOf, physicalUid } from "./registry.ts";

/** Rows by uid, deleted ones included. */
export type IndexRows = ReadonlyMap<string, IndexRow>;

/** Generation for an index that is created as `uid`: the lowest whose name on the nodes no index has or ever had. */
export function freshGeneration(uid: string, rows: IndexRows): number {
  const row = rows.get(uid);
  let generation = row === undefined ? 1 : lastGenerationOf(row) + 1;
  while (wasUsed(physicalUid({ uid, generation }), rows)) generation += 1;
  return generation;
}

/** The index that has this name on the nodes now. */
export function holderOf(physical: string, rows: IndexRows): IndexRow | undefined {
  for (const row of rows.values()) if (!row.deleted && physicalUid(row) === physical) return row;
  return undefined;
}

/** Whether the nodes' index of this name was deleted: there was one, and no logical index stands for it any more. */
export function isDropped(physical: string, rows: IndexRows): boolean {
  return holderOf(physical, rows) === undefined && wasUsed(physical, rows);
}

/** A name belongs to the history of `<name>`, first generation, or to that of `<origin>__g<n>`. */
function wasUsed(physical: string, rows: IndexRows): boolean {
  if (reaches(rows.get(physical), 1) || holderOf(physical, rows) !== undefined) return true;
  const [, origin = "", generation] = /^(.+)__g(\d+)$/.exec(physical) ?? [];
  return reaches(rows.get(origin), Number(generation));
}

function reaches(row: IndexRow | undefined, generation: number): boolean {
  return row !== undefined && lastGenerationOf(row) >= generation;
}
