import type { Topology } from "../../cluster/topology.ts";
import type { MoveOrder } from "../move/shard-move.ts";
import { type MoveStep, shardsOf } from "../plan/plan.ts";
import type { JobRecord } from "./job-record.ts";

/** What a step copies, and from whom: all owners but those that are gone for good. */
export function orderOf(step: MoveStep, topology: Topology, isGone: (node: string) => boolean): MoveOrder {
  const shards = shardsOf(step).map((shard) => ({
    shard,
    from: topology.groups.flatMap(({ table }) => table[shard] ?? []).filter((node) => !isGone(node)),
    to: step.moves.filter((move) => move.shard === shard).flatMap(({ add }) => add),
  }));
  if (step.joins.length + step.leaves.length === 0) return { shards };
  const holders = topology.nodes.map(({ id }) => id).filter((id) => topology.joining?.includes(id) !== true);
  const from = holders.filter((id) => !isGone(id));
  return { shards, everywhere: { from, to: step.joins.filter((id) => !holders.includes(id)) } };
}

/** Every node that a copy reads from or writes to. */
export function nodesOf({ shards, everywhere }: MoveOrder): string[] {
  const all = [...shards, ...(everywhere === undefined ? [] : [everywhere])];
  return [...new Set(all.flatMap(({ from, to }) => [...from, ...to]))].sort();
}

/** What the nodes that a step relieves hold afterwards and do not own. */
export function purgesBehind({ moves, leaves }: MoveStep): JobRecord["purges"] {
  return purges(
    moves.flatMap(({ shard, remove }) => remove.map((node) => ({ node, shard }))),
    leaves,
  );
}

/** What the nodes that a step would have given shards hold when it is given up. */
export function purgesOfCopies({ moves, joins }: MoveStep): JobRecord["purges"] {
  return purges(
    moves.flatMap(({ shard, add }) => add.map((node) => ({ node, shard }))),
    joins,
  );
}

function purges(
  held: readonly { readonly node: string; readonly shard: number }[],
  everywhere: readonly string[],
): JobRecord["purges"] {
  const nodes = [...new Set([...held.map(({ node }) => node), ...everywhere])].sort();
  return nodes.map((node) => ({
    node,
    shards: held.filter((replica) => replica.node === node).map(({ shard }) => shard),
    everywhere: everywhere.includes(node),
  }));
}

/** Purges without what a step is about to copy: it will own that. */
export function withoutCopies(purges: JobRecord["purges"], { moves, joins }: MoveStep): JobRecord["purges"] {
  return purges.flatMap((purge) => {
    const wanted = new Set(moves.filter(({ add }) => add.includes(purge.node)).map(({ shard }) => shard));
    const shards = purge.shards.filter((shard) => !wanted.has(shard));
    const everywhere = purge.everywhere && !joins.includes(purge.node);
    return shards.length === 0 && !everywhere ? [] : [{ ...purge, shards, everywhere }];
  });
}
