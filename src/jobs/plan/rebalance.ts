import type { NodeInfo } from "../../core/types.ts";
import { rankNodes } from "../../routing/placement/rank.ts";
import { placeShards } from "../../routing/placement.ts";
import type { Hasher } from "../../routing/shard.ts";
import { type Goal, type GoalContext, holdersIn, withTable } from "./goal.ts";
import { refuse } from "./refuse.ts";
import { isAboveCap, loadsOf, spreadOf } from "./spread.ts";

/** Least improvement of a group's spread that is worth copying documents for; see {@link spreadOf}. */
export const MIN_GAIN = 0.1;

type Table = readonly (readonly string[])[];

/** Shares are evened out, where that is worth something: a node is above its cap, or the spread gains enough. */
export function rebalance(minGain: number, { topology, hasher }: GoalContext): Goal {
  if (!(minGain >= 0 && Number.isFinite(minGain))) {
    refuse({ field: "minGain", value: minGain, remedy: "Give a share of a node's mean load, such as 0.1." });
  }
  const { shards, replicationFactor } = topology;
  let target = topology;
  const reasons: string[] = [];
  for (const { name, table } of topology.groups) {
    const nodes = holdersIn(topology, name);
    const placed = placeShards({ shards, replicationFactor, nodes, hasher, current: table });
    const level = levelled(placed, nodes, hasher);
    const [before, after] = [spreadOf(table, nodes), spreadOf(level, nodes)];
    const isOver = isAboveCap(table, nodes, replicationFactor);
    const isWorth = before - after > 0 && before - after >= minGain;
    if (!isOver && !isWorth)
      reasons.push(`group ${name} is even enough (spread ${before.toFixed(2)}, at best ${after.toFixed(2)})`);
    else
      reasons.push(
        `the spread of group ${name} goes from ${before.toFixed(2)} to ${(isWorth ? after : spreadOf(placed, nodes)).toFixed(2)}`,
      );
    if (isOver || isWorth) target = withTable(target, name, isWorth ? level : placed);
  }
  const reason = `${reasons.join("; ")}.`.replace(/^./, (letter) => letter.toUpperCase());
  return { reason, target, groups: target.groups, arrivals: [] };
}

/** Moves replicas from the fullest nodes to the emptiest as long as that brings them closer, the best-ranked first. */
function levelled(table: Table, unordered: readonly NodeInfo[], hasher: Hasher): Table {
  const nodes = unordered.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const scores = rankNodes(nodes, table.length, hasher);
  const rows = table.map((row) => [...row]);
  for (;;) {
    const loads = loadsOf(rows, nodes);
    const move = bestMove(rows, { nodes, loads, scores });
    if (move === undefined) return rows;
    const row = rows[move.shard] ?? [];
    row[row.indexOf(move.from)] = move.to;
  }
}

interface Levels {
  readonly nodes: readonly NodeInfo[];
  readonly loads: readonly number[];
  readonly scores: readonly Float64Array[];
}

/** The move between the two nodes that are furthest apart of those that can get closer. */
function bestMove(rows: readonly string[][], { nodes, loads, scores }: Levels) {
  const fill = (position: number, more = 0) => ((loads[position] ?? 0) + more) / (nodes[position]?.weight ?? 1);
  const byFill = nodes.map((_, position) => position).sort((a, b) => fill(b) - fill(a) || a - b);
  for (const from of byFill) {
    for (const to of byFill.toReversed()) {
      if (fill(from, -1) < fill(to, 1)) break;
      const [giver, taker] = [nodes[from]?.id ?? "", nodes[to]?.id ?? ""];
      const gain = (shard: number) => (scores[shard]?.[to] ?? 0) - (scores[shard]?.[from] ?? 0);
      const [shard] = [...rows.keys()]
        .filter((candidate) => rows[candidate]?.includes(giver) && !rows[candidate]?.includes(taker))
        .sort((a, b) => gain(b) - gain(a) || a - b);
      if (shard !== undefined) return { shard, from: giver, to: taker };
    }
  }
  return undefined;
}
