import { MiroirError } from "../core/errors.ts";
import { capacities, type WeightedNode } from "./placement/capacity.ts";
import { findChain } from "./placement/chain.ts";
import { Draft, type Move } from "./placement/draft.ts";
import { rankNodes } from "./placement/rank.ts";
import type { Hasher } from "./shard.ts";

/** What a group's table is made from. */
export interface PlacementInput {
  readonly shards: number;
  readonly replicationFactor: number;
  /** The nodes of one group, in any order. */
  readonly nodes: readonly WeightedNode[];
  readonly hasher: Hasher;
  /** The table in force, when there is one: everything that can stay, stays. */
  readonly current?: readonly (readonly string[])[];
}

/**
 * Which nodes of a group hold which shards: rendezvous hashing with bounded load. Each row has RF different node ids.
 * Starting from the table in force, only replicas on leaving nodes or above a node's cap move, each to the
 * highest-ranked node below its cap; where greed finds no such node, replicas are swapped along the cheapest chain.
 * The answer does not depend on the order of `nodes`.
 * @throws MiroirError `miroir_invalid_config` when no table can exist
 */
export function placeShards(input: PlacementInput): readonly (readonly string[])[] {
  check(input);
  const nodes = input.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const caps = capacities(nodes, input.shards, input.replicationFactor);
  const draft = new Draft(caps, rankNodes(nodes, input.shards, input.hasher), inForce(input, nodes));
  shortenRows(draft, input.replicationFactor);
  relieveNodes(draft);
  fillRows(draft, input.replicationFactor);
  return draft.rows.map((row, shard) => draft.byScore(shard, row).map((node) => nodes[node]?.id ?? ""));
}

function check(input: PlacementInput): void {
  const { nodes, replicationFactor, shards, current } = input;
  if (new Set(nodes.map((node) => node.id)).size !== nodes.length) fail("two nodes have one id");
  if (nodes.some((node) => !(node.weight > 0 && Number.isFinite(node.weight)))) fail("weights must be above 0");
  if (!Number.isInteger(replicationFactor) || replicationFactor < 1 || replicationFactor > nodes.length) {
    fail(`replicationFactor is ${replicationFactor}, but the group has ${nodes.length} nodes`);
  }
  if (current && current.length !== shards) fail(`the table in force has ${current.length} shards, not ${shards}`);
}

function fail(reason: string): never {
  throw new MiroirError("miroir_invalid_config", `Cannot place shards: ${reason}.`);
}

/** The table in force in node numbers, without the nodes that leave. */
function inForce(input: PlacementInput, nodes: readonly WeightedNode[]): number[][] {
  const numbers = new Map(nodes.map((node, number) => [node.id, number]));
  const known = (row: readonly string[]): number[] => row.flatMap((id) => numbers.get(id) ?? []);
  return (input.current ?? []).map(known);
}

/** After a lower RF: gives up the replicas of the fullest nodes, then the lowest-ranked. */
function shortenRows(draft: Draft, replicationFactor: number): void {
  for (const [shard, row] of draft.rows.entries()) {
    while (row.size > replicationFactor) {
      const [victim] = draft
        .byScore(shard, row)
        .toReversed()
        .toSorted((a, b) => draft.room(a) - draft.room(b));
      if (victim === undefined) break;
      draft.drop(shard, victim);
    }
  }
}

/** Moves replicas off nodes above their cap, as few as that takes. */
function relieveNodes(draft: Draft): void {
  for (let node = 0; node < draft.nodes; node++) {
    while (draft.room(node) < 0) {
      const direct = bestRelief(draft, node);
      if (direct) draft.move(direct);
      else chain(draft, [node]);
    }
  }
}

/** The move to a node with room that gains most rank. */
function bestRelief(draft: Draft, from: number): Move | undefined {
  const open = Array.from({ length: draft.nodes }, (_, node) => node).filter((node) => draft.room(node) > 0);
  let best: Move | undefined;
  let bestGain = Number.NEGATIVE_INFINITY;
  for (const shard of [...draft.shardsOf(from)].sort((a, b) => a - b)) {
    for (const to of open) {
      const gain = draft.score(shard, to) - draft.score(shard, from);
      if (draft.row(shard).has(to) || gain <= bestGain) continue;
      best = { shard, from, to };
      bestGain = gain;
    }
  }
  return best;
}

/** Gives every shard its missing replicas, one round over all shards after the other. */
function fillRows(draft: Draft, replicationFactor: number): void {
  for (let size = 1; size <= replicationFactor; size++) {
    for (const [shard, row] of draft.rows.entries()) {
      if (row.size >= size) continue;
      const candidates = draft.candidates(shard);
      const node = candidates.find((candidate) => draft.room(candidate) > 0) ?? chain(draft, candidates);
      draft.add(shard, node);
    }
  }
}

/** Makes room for one replica on one of the nodes and says on which. */
function chain(draft: Draft, starts: readonly number[]): number {
  const found = findChain(draft, starts);
  if (found === undefined) return fail("no table keeps every node below its cap");
  for (const move of found.moves) draft.move(move);
  return found.first;
}
