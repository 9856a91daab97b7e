import { z } from "zod";
import type { JsonObject } from "../core/types.ts";

const rowSchema = z.object({
  uid: z.string(),
  primaryKey: z.string().nullable(),
  origin: z.string().optional(),
  generation: z.number().int().positive(),
  lastGeneration: z.number().int().nonnegative().optional(),
  settings: z.record(z.string(), z.json()),
  settingsVersion: z.number().int().nonnegative(),
  createdAt: z.string(),
  stamp: z.string(),
  deleted: z.boolean(),
  replicate: z.literal("everywhere").optional(),
});

/** What miroir knows of one logical index. A deleted index keeps its row, so that an older row cannot revive it. */
export interface IndexRow {
  readonly uid: string;
  readonly primaryKey: string | null;
  /** Name under which the nodes' index was created; another one's after a swap or a rename. @default `uid` */
  readonly origin?: string;
  /** 1 for the first index created as `origin`, raised by each recreation. */
  readonly generation: number;
  /** Highest generation ever created as `uid`, so that no name on the nodes is used twice. @default `generation` of an own index, else 0 */
  readonly lastGeneration?: number;
  /** Complete logical settings, as the user reads them. */
  readonly settings: JsonObject;
  /** Raised by every change of the settings. */
  readonly settingsVersion: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Stamp of the hybrid logical clock; the highest row of a uid is the one in force. */
  readonly stamp: string;
  readonly deleted: boolean;
  /** Every node holds every document; decided when the index is created. Absent for one that is spread over shards. */
  readonly replicate?: "everywhere";
}

/** Checks a row that came from a node or a store. */
export function parseRow(value: unknown): IndexRow {
  return rowSchema.parse(value) as IndexRow;
}

/** Name of a logical index on the nodes. */
export function physicalUid({
  uid,
  origin = uid,
  generation,
}: Pick<IndexRow, "uid" | "origin" | "generation">): string {
  return generation === 1 ? origin : `${origin}__g${generation}`;
}

/** Highest generation ever created as the row's own name. */
export function lastGenerationOf({ uid, origin = uid, generation, lastGeneration }: IndexRow): number {
  return lastGeneration ?? (origin === uid ? generation : 0);
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
