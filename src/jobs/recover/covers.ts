import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { type Operator, OperatorCallFailed } from "../../execute/operator.ts";
import { type FetchedRecords, fetchRecords, stampOf } from "../../execute/repair/fetch-records.ts";
import { walkStamps } from "../../execute/repair/walk-stamps.ts";
import { documentId } from "../../routing/payload/identify.ts";
import { RESERVED_VERSION, shardFilter } from "../../routing/reserved.ts";

/** Two topologies, of which the later one may have come into force. */
export interface Succession {
  readonly before: Topology;
  readonly after: Topology;
  /** Existing indexes that can have documents. */
  readonly rows: readonly IndexRow[];
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
}

/** Shards that a node gets, from nodes that owned them. */
interface Inheritance {
  readonly heir: string;
  readonly owner: string;
  readonly shards: readonly number[];
}

/** Documents of one page. */
const PAGE = 2000;

/**
 * Whether every node that gets a shard has all that the shard's owners have, nothing of it older. A node that cannot be
 * asked has nothing.
 */
export async function covers(operator: Operator, succession: Succession, signal: AbortSignal): Promise<boolean> {
  const { rows, nodesById } = succession;
  for (const row of rows) {
    const [before, after] = [topologyOf(row, succession.before), topologyOf(row, succession.after)];
    for (const { heir, owner, shards } of inheritances(before, after)) {
      const [to, from] = [nodesById.get(heir), nodesById.get(owner)];
      if (to === undefined) return false;
      if (from === undefined) continue; // nobody can say what it has
      const held = { operator, index: physicalUid(row), signal, row, filter: shardFilter(before.shards, shards) };
      if (!(await hasAll(held, { from, to }))) return false;
    }
  }
  return true;
}

/** Who would have to have what; a change of the number of shards gives nobody anything new. */
export function inheritances(before: Topology, after: Topology): Inheritance[] {
  const pairs = new Map<string, { heir: string; owner: string; shards: number[] }>();
  for (let shard = 0; shard < Math.max(before.shards, after.shards); shard++) {
    const owners = ownersOf(before, shard);
    for (const heir of ownersOf(after, shard).filter((id) => !owners.includes(id))) {
      for (const owner of owners) {
        const pair = pairs.get(`${heir} ${owner}`) ?? { heir, owner, shards: [] };
        pairs.set(`${heir} ${owner}`, pair);
        const own = shard % before.shards;
        if (!pair.shards.includes(own)) pair.shards.push(own);
      }
    }
  }
  return [...pairs.values()];
}

function ownersOf({ groups, shards }: Topology, shard: number): string[] {
  return groups.flatMap(({ table }) => table[shard % shards] ?? []);
}

interface HeldShards {
  readonly operator: Operator;
  readonly index: string;
  readonly signal: AbortSignal;
  readonly row: IndexRow;
  readonly filter: string;
}

async function hasAll(
  held: HeldShards,
  { from, to }: { readonly from: NodeInfo; readonly to: NodeInfo },
): Promise<boolean> {
  const primaryKey = held.row.primaryKey ?? "";
  const fields = [primaryKey, RESERVED_VERSION];
  const fetch = (body: JsonObject) => fetchIfThere(held, from, body);
  for await (const { records } of walkStamps({ filter: held.filter, limit: PAGE, body: { fields }, fetch })) {
    const ids = records.map((record) => documentId(record, primaryKey));
    const copies = stampsById(await fetchIfThere(held, to, { ids, fields, limit: ids.length }), primaryKey);
    if (records.some((record, position) => (copies.get(ids[position] ?? "") ?? "") < stampOf(record))) return false;
  }
  return true;
}

/** A node without the index has none of its documents. */
async function fetchIfThere(held: HeldShards, node: NodeInfo, body: JsonObject): Promise<FetchedRecords> {
  try {
    return await fetchRecords(held, node, body);
  } catch (error) {
    if (error instanceof OperatorCallFailed && error.status === 404) return { records: [], total: 0 };
    throw error;
  }
}

function stampsById({ records }: FetchedRecords, primaryKey: string): Map<string, string> {
  return new Map(records.map((record) => [documentId(record, primaryKey), stampOf(record)]));
}
