import { z } from "zod";
import type { JsonObject } from "../core/types.ts";

const rowSchema = z.object({
  uid: z.string(),
  primaryKey: z.string().nullable(),
  generation: z.number().int().positive(),
  settings: z.record(z.string(), z.json()),
  settingsVersion: z.number().int().nonnegative(),
  createdAt: z.string(),
  stamp: z.string(),
  deleted: z.boolean(),
});

/** What miroir knows of one logical index. A deleted index keeps its row, so that an older row cannot revive it. */
export interface IndexRow {
  readonly uid: string;
  readonly primaryKey: string | null;
  /** 1 for the first index of this name, raised by each recreation. */
  readonly generation: number;
  /** Complete logical settings, as the user reads them. */
  readonly settings: JsonObject;
  /** Raised by every change of the settings. */
  readonly settingsVersion: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Stamp of the hybrid logical clock; the highest row of a uid is the one in force. */
  readonly stamp: string;
  readonly deleted: boolean;
}

/** Checks a row that came from a node or a store. */
export function parseRow(value: unknown): IndexRow {
  return rowSchema.parse(value) as IndexRow;
}

/** Name of a logical index on the nodes. */
export function physicalUid(row: Pick<IndexRow, "uid" | "generation">): string {
  return row.generation === 1 ? row.uid : `${row.uid}__g${row.generation}`;
}

/** Keeps the highest row of every uid. */
export function latestRows(rows: Iterable<IndexRow>): Map<string, IndexRow> {
  const latest = new Map<string, IndexRow>();
  for (const row of rows) {
    const known = latest.get(row.uid);
    if (known === undefined || known.stamp < row.stamp) latest.set(row.uid, row);
  }
  return latest;
}
