import { isDeepStrictEqual } from "node:util";
import type { Topology } from "../../cluster/topology.ts";
import type { Hasher } from "../../routing/shard.ts";
import { cutSteps, type ShardSize, type StepLimits } from "./cut-steps.ts";
import { type Goal, type GoalContext, unchanged } from "./goal.ts";
import { addGroup, removeGroup } from "./group-goals.ts";
import { addNodes, drainNode, removeNode, replaceNode } from "./node-goals.ts";
import { movesOf, type Plan } from "./plan.ts";
import { MIN_GAIN, rebalance } from "./rebalance.ts";
import { reshard } from "./reshard.ts";
import { setFactor } from "./set-factor.ts";
import type { Wish } from "./wish.ts";

/** What a plan is made from. */
export interface PlanInput {
  /** The one in force. */
  readonly topology: Topology;
  readonly hasher: Hasher;
  /** What each shard weighs; nothing unless told. */
  readonly sizes?: ReadonlyMap<number, ShardSize>;
  readonly limits?: StepLimits;
  /** Whether the wish was begun before, so that what it asks for may be there in part. @default false */
  readonly isBegun?: boolean;
}

const NOTHING: ShardSize = { documents: 0, bytes: 0 };

/**
 * How a wish comes true from the topology in force: the exact moves, in steps, and why.
 * @throws MiroirError `miroir_invalid_config` naming field, value and remedy when it cannot
 */
export function planChange(wish: Wish, { topology, hasher, sizes, limits = {}, isBegun = false }: PlanInput): Plan {
  const { change: _, ...settled } = topology;
  const goal = goalOf(wish, { topology: settled, hasher, isBegun });
  const sizeOf = (shard: number) => sizes?.get(shard) ?? NOTHING;
  const steps = cutSteps({ topology: settled, goal, limits, sizeOf });
  const copies = { replicas: 0, documents: 0, bytes: 0 };
  for (const { shard, add } of movesOf({ steps })) {
    copies.replicas += add.length;
    copies.documents += add.length * sizeOf(shard).documents;
    copies.bytes += add.length * sizeOf(shard).bytes;
  }
  const { reason, target } = goal;
  // A node that was drained has all but documents, and stays when the job is cancelled.
  const arrivals = goal.arrivals.filter(({ id }) => topology.nodes.every((node) => node.id !== id));
  const isNeeded = steps.length > 0 || !isDeepStrictEqual(target, settled);
  const head = { kind: wish.kind, reason, fromEpoch: topology.epoch, isNeeded };
  return { ...head, target, arrivals, steps, copies };
}

function goalOf(wish: Wish, context: GoalContext): Goal {
  switch (wish.kind) {
    case "node add":
      return addNodes(wish.nodes, context);
    case "node drain":
      return drainNode(wish.node, context);
    case "node remove":
      return removeNode(wish.node, context);
    case "node replace":
      return replaceNode(wish.node, wish.by, context);
    case "group add":
      return addGroup(wish.group, wish.nodes, context);
    case "group remove":
      return removeGroup(wish.group, context);
    case "rf set":
      return setFactor(wish.replicationFactor, context);
    case "rebalance":
      return rebalance(wish.minGain ?? MIN_GAIN, context);
    case "reshard":
      return reshard(wish.shards, context);
    case "sweep":
      return unchanged(context.topology, "Nodes keep what is theirs, and delete what they hold of other shards.");
    default:
      return wish satisfies never;
  }
}
