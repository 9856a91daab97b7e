import type { Topology } from "../../cluster/topology.ts";
import type { Goal } from "./goal.ts";
import type { Move, MoveStep, PlanStep } from "./plan.ts";

/** What a shard weighs. */
export interface ShardSize {
  readonly documents: number;
  readonly bytes: number;
}

/** Most of what one step moves; it moves one shard at least. */
export interface StepLimits {
  /** @default 20000 */
  readonly documents?: number;
  /** @default 4 */
  readonly shards?: number;
}

const DOCUMENTS = 20_000;
const SHARDS = 4;

/** What steps are cut from. */
export interface StepInput {
  readonly topology: Topology;
  readonly goal: Goal;
  readonly limits: StepLimits;
  sizeOf(shard: number): ShardSize;
}

/** Cuts what separates a topology from a goal into steps. Shards that move between the same nodes come together. */
export function cutSteps(input: StepInput): PlanStep[] {
  const { topology, goal } = input;
  const moves = cutMoves(input);
  const { joins, leaves } = changesOfStanding(topology, goal);
  const isMoved = ({ moves: own }: MoveDraft, id: string, side: "add" | "remove") =>
    own.some((move) => move[side].includes(id));
  const steps = moves.map((draft, position): MoveStep => {
    const earlier = moves.slice(0, position);
    const later = moves.slice(position + 1);
    return {
      ...{ kind: "move", moves: draft.moves },
      joins: joins.filter((id) => isMoved(draft, id, "add") && !earlier.some((other) => isMoved(other, id, "add"))),
      leaves: leaves.filter(
        (id) => isMoved(draft, id, "remove") && !later.some((other) => isMoved(other, id, "remove")),
      ),
    };
  });
  const unmoved = {
    joins: joins.filter((id) => !moves.some((draft) => isMoved(draft, id, "add"))),
    leaves: leaves.filter((id) => !moves.some((draft) => isMoved(draft, id, "remove"))),
  };
  const isLeft = unmoved.joins.length + unmoved.leaves.length > 0;
  const { shards: from } = topology;
  const { shards: to } = goal.target;
  return [
    ...steps,
    ...(isLeft ? [{ kind: "move" as const, moves: [], ...unmoved }] : []),
    ...(from === to ? [] : [{ kind: "reshard" as const, from, to }]),
  ];
}

/** Nodes that begin to hold something, and nodes that end. */
function changesOfStanding(topology: Topology, { target, arrivals }: Goal) {
  const idle = (of: Topology, id: string) =>
    of.joining?.includes(id) === true || of.nodes.every((node) => node.id !== id);
  const ids = [...topology.nodes, ...arrivals].map(({ id }) => id);
  const all = [...new Set(ids)].sort();
  return {
    joins: all.filter((id) => idle(topology, id) && !idle(target, id)),
    leaves: all.filter((id) => !idle(topology, id) && idle(target, id)),
  };
}

interface MoveDraft {
  readonly moves: Move[];
}

/** What becomes of one shard, in all groups. */
interface ShardChange {
  readonly shard: number;
  readonly moves: Move[];
  /** Who gives and who takes. */
  readonly route: string;
}

function cutMoves({ topology, goal, limits, sizeOf }: StepInput): MoveDraft[] {
  const most = { documents: limits.documents ?? DOCUMENTS, shards: limits.shards ?? SHARDS };
  const drafts: { moves: Move[]; shards: number; documents: number }[] = [];
  for (const { shard, moves } of shardChanges(topology, goal)) {
    const { documents } = sizeOf(shard);
    const last = drafts.at(-1);
    if (last === undefined || last.shards >= most.shards || last.documents + documents > most.documents) {
      drafts.push({ moves: [...moves], shards: 1, documents });
      continue;
    }
    last.moves.push(...moves);
    last.shards += 1;
    last.documents += documents;
  }
  return drafts;
}

function shardChanges(topology: Topology, { groups }: Goal): ShardChange[] {
  const changes = Array.from({ length: topology.shards }, (_, shard): ShardChange => {
    const moves = groups.flatMap(({ name, table }) => {
      const before = topology.groups.find((group) => group.name === name)?.table[shard] ?? [];
      const after = table[shard] ?? [];
      const add = after.filter((id) => !before.includes(id));
      const remove = before.filter((id) => !after.includes(id));
      return add.length + remove.length === 0 ? [] : [{ group: name, shard, add, remove }];
    });
    const route = moves.map(({ add, remove }) => `${[...add].sort()}<${[...remove].sort()}`).join(" ");
    return { shard, moves, route };
  });
  const byRoute = (a: ShardChange, b: ShardChange) =>
    a.route === b.route ? a.shard - b.shard : a.route < b.route ? -1 : 1;
  return changes.filter(({ moves }) => moves.length > 0).sort(byRoute);
}
