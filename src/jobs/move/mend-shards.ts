import { CopyTarget } from "../../execute/repair/copy-target.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import type { Correction } from "../../execute/repair/reconcile.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { documentId } from "../../routing/payload/identify.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { groupBy } from "../../util/group-by.ts";
import { sideBySide } from "../../util/side-by-side.ts";
import { fitSources } from "./fit-sources.ts";
import type { MoveComparison, MoveDifference } from "./index-comparison.ts";
import { sendWhole } from "./send-whole.ts";
import { type IndexMove, indexMoves, type MoveOrder, nodeOf } from "./shard-move.ts";
import { TaskWindow } from "./task-window.ts";

/** How differences are mended. */
export interface MendOptions {
  /** `customMetadata` of the tasks. */
  readonly mark: string;
  readonly signal: AbortSignal;
}

/** Documents read and sent at once. */
const BATCH = 500;

/**
 * Makes the nodes that get shards equal to the owners where a comparison found differences: copies what an owner has now,
 * deletes what it does not have, and waits until that is applied. Whether all is equal then, only another comparison tells.
 * @returns the number of copies written and deleted
 * @throws NodeTaskFailed | OperatorCallFailed naming node and reason
 */
export async function mendShards(
  cluster: Cluster,
  { order, comparison }: { readonly order: MoveOrder; readonly comparison: MoveComparison },
  { mark, signal }: MendOptions,
): Promise<number> {
  const moves = new Map((await indexMoves(cluster, order)).map((move) => [move.index, move]));
  const byTarget = groupBy(comparison.differences, ({ index, node }) => `${index}/${node}`);
  const works = [...byTarget.values()].flatMap((differences) => {
    const [first] = differences;
    const move = moves.get(first?.index ?? "");
    if (first === undefined || move === undefined) return []; // the index was deleted meanwhile
    const { index, primaryKey } = move;
    const target = new CopyTarget(nodeOf(cluster, first.node), { operator: cluster.operator, index, primaryKey, mark });
    return [(cut: AbortSignal) => mend(cluster, { move, target, differences }, cut)];
  });
  await sideBySide(signal, works);
  return comparison.differences.length;
}

interface Mending {
  readonly move: IndexMove;
  readonly target: CopyTarget;
  readonly differences: readonly MoveDifference[];
}

async function mend(cluster: Cluster, { move, target, differences }: Mending, signal: AbortSignal): Promise<void> {
  const sources = fitSources(cluster, move);
  const window = new TaskWindow((taskUid) => target.applied(taskUid, signal));
  for (const [source, own] of groupBy(differences, ({ shard }) => sources.get(shard) ?? "")) {
    for (let start = 0; start < own.length; start += BATCH) {
      const batch = own.slice(start, start + BATCH);
      const correction = await correctionFor(cluster, { move, source, differences: batch }, signal);
      for (const taskUid of await sendWhole(cluster, target, correction)) await window.add({ taskUid, onApplied() {} });
    }
  }
  await window.empty();
}

/** What an owner has of the documents, and which it has not. */
async function correctionFor(
  cluster: Cluster,
  asked: { readonly move: IndexMove; readonly source: string; readonly differences: readonly MoveDifference[] },
  signal: AbortSignal,
): Promise<Correction> {
  const { index, primaryKey, topology } = asked.move;
  const ids = asked.differences.map(({ id }) => id);
  const filter = shardFilter(topology.shards, [...new Set(asked.differences.map(({ shard }) => shard))]);
  const { records } = await fetchRecords({ operator: cluster.operator, index, signal }, nodeOf(cluster, asked.source), {
    ...{ ids, filter, limit: ids.length, retrieveVectors: true },
  });
  const held = new Set(records.map((record) => documentId(record, primaryKey)));
  return { put: records, remove: ids.filter((id) => !held.has(id)) };
}
