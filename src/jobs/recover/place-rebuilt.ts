import { physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { Operator } from "../../execute/operator.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import { RESERVED_SHARD, shardFilter } from "../../routing/reserved.ts";
import type { HeldIndex } from "./held-indexes.ts";
import type { RestoredRow } from "./restore-rows.ts";

/** What tells how an index is placed. */
interface Placement {
  readonly topology: Topology;
  /** By physical uid. */
  readonly held: ReadonlyMap<string, readonly HeldIndex[]>;
  readonly signal: AbortSignal;
}

/**
 * Finds out which rebuilt indexes have all documents on every node: nodes have as many as each other, and some that they
 * would not own if the index were spread.
 */
export function placeRebuilt(
  operator: Operator,
  rows: readonly RestoredRow[],
  placement: Placement,
): Promise<RestoredRow[]> {
  return Promise.all(
    rows.map(async (restored) => {
      const { row, fate } = restored;
      if (fate !== "rebuilt" || row.replicate !== undefined) return restored;
      const copies = placement.held.get(physicalUid(row)) ?? [];
      if (!(await isEverywhere(operator, copies, placement))) return restored;
      return { ...restored, row: { ...row, replicate: "everywhere" as const } };
    }),
  );
}

async function isEverywhere(
  operator: Operator,
  copies: readonly HeldIndex[],
  { topology, signal }: Placement,
): Promise<boolean> {
  if (copies.length < 2) return false;
  const counts = await Promise.all(
    copies.map(async ({ node, uid: index }) => {
      const count = async (filter: string) => (await fetchRecords(source, node, { filter, limit: 0 })).total;
      const source = { operator, index, signal };
      const own = topology.groups.flatMap(({ table }) =>
        table.flatMap((row, shard) => (row.includes(node.id) ? [shard] : [])),
      );
      const all = await count(`${RESERVED_SHARD} EXISTS`);
      return { all, own: own.length === 0 ? 0 : await count(shardFilter(topology.shards, own)) };
    }),
  );
  const [first] = counts;
  return counts.every(({ all }) => all === first?.all) && counts.some(({ all, own }) => all > own);
}
