import type { Draft, Move } from "./draft.ts";

/** A node on the search for room: how it was reached and how many replicas in force that moves. */
interface Step {
  readonly node: number;
  readonly cost: number;
  readonly via?: { readonly move: Move; readonly previous: Step };
}

/**
 * The cheapest chain of swaps that ends at a node with room: one node hands a replica to the next, which hands one on.
 * Replicas that were placed in this change go first, as moving them again copies nothing (Dijkstra, costs 0 and 1).
 * @param starts nodes that would get one replica too many, the preferred first
 */
export function findChain(draft: Draft, starts: readonly number[]): { first: number; moves: Move[] } | undefined {
  const open: Step[] = starts.map((node) => ({ node, cost: 0 }));
  const done = new Set<number>();
  for (let step = takeCheapest(open); step !== undefined; step = takeCheapest(open)) {
    if (done.has(step.node)) continue;
    done.add(step.node);
    if (draft.room(step.node) > 0) return unwind(step);
    for (let node = 0; node < draft.nodes; node++) {
      if (done.has(node)) continue;
      const move = bestHandOver(draft, step.node, node);
      if (move === undefined) continue;
      const cost = step.cost + (draft.isInForce(move.shard, move.from) ? 1 : 0);
      open.push({ node, cost, via: { move, previous: step } });
    }
  }
  return undefined;
}

function takeCheapest(open: Step[]): Step | undefined {
  let best = 0;
  for (let index = 1; index < open.length; index++) {
    if ((open[index]?.cost ?? 0) < (open[best]?.cost ?? 0)) best = index;
  }
  return open.splice(best, 1)[0];
}

function bestHandOver(draft: Draft, from: number, to: number): Move | undefined {
  let best: { shard: number; inForce: boolean; gain: number } | undefined;
  for (const shard of draft.shardsOf(from)) {
    if (draft.row(shard).has(to)) continue;
    const inForce = draft.isInForce(shard, from);
    const gain = draft.score(shard, to) - draft.score(shard, from);
    if (best === undefined || isBetter({ shard, inForce, gain }, best)) best = { shard, inForce, gain };
  }
  return best && { shard: best.shard, from, to };
}

interface HandOver {
  readonly shard: number;
  readonly inForce: boolean;
  readonly gain: number;
}

/** A total order, so that the choice never hangs on the order in which a set was filled. */
function isBetter(a: HandOver, b: HandOver): boolean {
  if (a.inForce !== b.inForce) return b.inForce;
  return a.gain === b.gain ? a.shard < b.shard : a.gain > b.gain;
}

/** The moves from the far end backwards, so that no node is above its cap for longer than needed. */
function unwind(last: Step): { first: number; moves: Move[] } {
  const moves: Move[] = [];
  let step = last;
  while (step.via !== undefined) {
    moves.push(step.via.move);
    step = step.via.previous;
  }
  return { first: step.node, moves };
}
