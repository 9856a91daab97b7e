import { isDeepStrictEqual } from "node:util";
import type { OwnerChange, Topology } from "../../cluster/topology.ts";
import { withArrivals } from "./arrivals.ts";
import { withJoining } from "./goal.ts";
import { withGroup } from "./group-goals.ts";
import { type MoveStep, type Plan, type PlanStep, shardsOf } from "./plan.ts";
import { resharded } from "./reshard.ts";

/** Where a step is; `released` is behind it. */
export type StepPhase = OwnerChange["phase"] | "released";

/** What makes a step's topologies. */
export interface PhaseInput {
  readonly job: string;
  readonly step: PlanStep;
  readonly phase: StepPhase;
}

/**
 * The topology for a phase of a step, one epoch above the one in force. From `switched` on the table names the new owners;
 * doing it twice changes nothing but the epoch.
 */
export function topologyForPhase(topology: Topology, { job, step, phase }: PhaseInput): Topology {
  const { change: _, ...rest } = topology;
  const isSwitched = phase === "switched" || phase === "released";
  const next = { ...(isSwitched ? switchOwners(rest, step) : rest), epoch: topology.epoch + 1 };
  if (phase === "released") return next;
  const shards =
    step.kind === "reshard" ? Array.from(next.groups[0]?.table ?? [], (_, shard) => shard) : shardsOf(step);
  const everywhere = step.kind === "move" && step.joins.length + step.leaves.length > 0;
  return { ...next, change: { job, phase, shards, everywhere } };
}

function switchOwners(topology: Topology, step: PlanStep): Topology {
  if (step.kind === "move") return applyMoves(topology, step);
  return { ...topology, shards: step.to, groups: topology.groups.map((group) => resharded(group, step.to)) };
}

function applyMoves(topology: Topology, { moves, joins, leaves }: MoveStep): Topology {
  const groups = topology.groups.map(({ name, table }) => {
    const own = new Map(moves.filter(({ group }) => group === name).map((move) => [move.shard, move]));
    const changed = table.map((row, shard) => {
      const move = own.get(shard);
      if (move === undefined) return row;
      return [...new Set([...row.filter((id) => !move.remove.includes(id)), ...move.add])];
    });
    return { name, table: changed };
  });
  const known = (id: string) => topology.nodes.some((node) => node.id === id);
  const joining = [...new Set([...(topology.joining ?? []), ...leaves.filter(known)])];
  return withJoining(
    { ...topology, groups },
    joining.filter((id) => !joins.includes(id)),
  );
}

/** Whether the table is as after a step's switch. */
export function isSwitched(topology: Topology, step: PlanStep): boolean {
  const { epoch: _, change: __, ...before } = topology;
  const { epoch: ___, ...after } = topologyForPhase(topology, { job: "", step, phase: "released" });
  return isDeepStrictEqual(before, after);
}

/** The topology in which a plan's new nodes, and its new group, are there and hold nothing; the same when they are there. */
export function topologyWithArrivals(topology: Topology, { arrivals, target }: Plan): Topology {
  const grown = target.groups.reduce((sum, { name }) => withGroup(sum, name), withArrivals(topology, arrivals));
  return grown === topology ? topology : { ...grown, epoch: topology.epoch + 1 };
}

/** The topology when a plan is done: without the nodes and groups that leave, with its replication factor. */
export function topologyWhenDone(topology: Topology, { target }: Plan): Topology {
  const { change: _, ...rest } = topology;
  const nodes = topology.nodes.filter(({ id }) => target.nodes.some((node) => node.id === id));
  const joining = (topology.joining ?? []).filter((id) => nodes.some((node) => node.id === id));
  const groups = target.groups.flatMap(({ name }) => topology.groups.filter((group) => group.name === name));
  const { replicationFactor } = target;
  return withJoining({ ...rest, nodes, groups, replicationFactor, epoch: topology.epoch + 1 }, joining);
}

/** The topology without a change under way. */
export function topologyWithoutChange({ change: _, ...topology }: Topology): Topology {
  return { ...topology, epoch: topology.epoch + 1 };
}

/** Whether steps can be made from a topology, one after the other; the first may be done already, up to its clearing up. */
export function canMake(topology: Topology, steps: readonly PlanStep[]): boolean {
  let reached = topologyWithoutChange(topology);
  return steps.every((step, position) => {
    const isPossible = isDue(reached, step) || (position === 0 && isSwitched(reached, step));
    reached = topologyForPhase(reached, { job: "", step, phase: "released" });
    return isPossible;
  });
}

function isDue({ shards, nodes, groups }: Topology, step: PlanStep): boolean {
  if (step.kind === "reshard") return shards === step.from;
  const isKnown = (id: string) => nodes.some((node) => node.id === id);
  return (
    step.joins.every(isKnown) &&
    step.moves.every(({ group, shard, add, remove }) => {
      const row = groups.find(({ name }) => name === group)?.table[shard];
      if (row === undefined) return false;
      return add.every((id) => isKnown(id) && !row.includes(id)) && remove.every((id) => row.includes(id));
    })
  );
}
