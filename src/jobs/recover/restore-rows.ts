import { holderOf, type IndexRows, isDropped } from "../../cluster/physical-names.ts";
import { type IndexRow, lastGenerationOf, physicalUid } from "../../cluster/registry.ts";
import { sameJson } from "../../cluster/settings/json-shape.ts";
import { toPhysical } from "../../cluster/settings/physical.ts";
import { differingSettings } from "../../cluster/settings/settings-difference.ts";
import type { JsonObject } from "../../core/types.ts";
import type { HeldIndex } from "./held-indexes.ts";
import { guessLogical } from "./logical-guess.ts";

/**
 * What becomes of the row of an index.
 * - `kept`: as the store has it
 * - `updated`: its settings or its primary key are newer on the nodes
 * - `rebuilt`: the store does not know it, and the nodes have it
 * - `deleted`: the store knows it, and no node has it any more
 */
export type RowFate = "kept" | "updated" | "rebuilt" | "deleted";

/** The row of an index as it is from now on. */
export interface RestoredRow {
  readonly row: IndexRow;
  readonly fate: RowFate;
  /** What somebody has to look at, in sentences. */
  readonly notes: readonly string[];
}

/** What rows are restored from. */
export interface RowSources {
  /** As the store has them, deleted ones included. */
  readonly rows: IndexRows;
  /** By physical uid. */
  readonly held: ReadonlyMap<string, readonly HeldIndex[]>;
  /** Whether every node was asked: otherwise an index that none shows may exist. */
  readonly isWhole: boolean;
  /** RFC 3339. */
  readonly now: string;
}

/** The rows of all indexes, deleted ones included, from what a store that went back and the nodes know. */
export function restoreRows(sources: RowSources): RestoredRow[] {
  const lost = lostIndexes(sources);
  const restored = [...sources.rows.values()].map((row) => {
    const newer = lost.get(row.uid);
    lost.delete(row.uid);
    return newer === undefined ? restoreKnown(row, sources) : rebuild(newer, row, sources);
  });
  return [...restored, ...[...lost.values()].map((index) => rebuild(index, undefined, sources))];
}

interface LostIndex {
  readonly uid: string;
  readonly generation: number;
  readonly copies: readonly HeldIndex[];
}

/** Indexes of the nodes that the store has never heard of: the last generation of each. */
function lostIndexes({ rows, held }: RowSources): Map<string, LostIndex> {
  const lost = new Map<string, LostIndex>();
  for (const [physical, copies] of held) {
    if (holderOf(physical, rows) !== undefined || isDropped(physical, rows)) continue;
    const [, origin, number] = /^(.+)__g([2-9]|[1-9]\d+)$/.exec(physical) ?? [];
    const index = { uid: origin ?? physical, generation: Number(number ?? 1), copies };
    if ((lost.get(index.uid)?.generation ?? 0) < index.generation) lost.set(index.uid, index);
  }
  return lost;
}

function rebuild(index: LostIndex, former: IndexRow | undefined, { now }: RowSources): RestoredRow {
  const { uid, generation, copies } = index;
  const { primaryKey, settings: found } = fullestOf(copies);
  const { settings, notes } = guessLogical(found, { primaryKey, remembered: former?.settings ?? {} });
  const row: IndexRow = {
    ...{ uid, primaryKey, generation, settings, createdAt: now, stamp: "", deleted: false },
    lastGeneration: Math.max(generation, former === undefined ? 0 : lastGenerationOf(former)),
    settingsVersion: (former?.settingsVersion ?? 0) + 1,
    ...(former?.replicate && { replicate: former.replicate }),
  };
  return { row, fate: "rebuilt", notes };
}

function restoreKnown(row: IndexRow, { held, isWhole }: RowSources): RestoredRow {
  if (row.deleted) return { row, fate: "kept", notes: [] };
  const copies = held.get(physicalUid(row)) ?? [];
  if (copies.length === 0) {
    return isWhole ? { row: { ...row, deleted: true }, fate: "deleted", notes: [] } : { row, fate: "kept", notes: [] };
  }
  const { primaryKey: foundKey, settings: found } = fullestOf(copies);
  const primaryKey = row.primaryKey ?? foundKey;
  const wanted = toPhysical(row.settings, { primaryKey });
  // Foreign keys name indexes as the nodes know them, which only the rows can translate.
  const differing = differingSettings(wanted, found).filter((name) => name !== "foreignKeys");
  if (differing.length === 0 && primaryKey === row.primaryKey) return { row, fate: "kept", notes: [] };
  const isAgreed = copies.every(({ settings }) => differing.every((name) => sameJson(settings[name], found[name])));
  if (!isAgreed) return { row: { ...row, primaryKey }, fate: "kept", notes: [DISAGREEMENT] };
  const { settings, notes } = guessLogical(found, { primaryKey, remembered: row.settings });
  const taken = Object.fromEntries(differing.map((name) => [name, settings[name] ?? null]));
  const next = { ...row, primaryKey, settings: { ...row.settings, ...taken } as JsonObject };
  return { row: { ...next, settingsVersion: row.settingsVersion + 1 }, fate: "updated", notes };
}

const DISAGREEMENT =
  "Its settings differ from node to node; those of the store stay. `miroir settings verify` shows them, and `--repair` spreads the store's.";

/** A node that joins may not know the primary key yet. */
function fullestOf(copies: readonly HeldIndex[]): Pick<HeldIndex, "primaryKey" | "settings"> {
  const full = copies.find(({ primaryKey }) => primaryKey !== null) ?? copies[0];
  return full ?? { primaryKey: null, settings: {} };
}
