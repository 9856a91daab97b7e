import { z } from "zod";
import { parseTopology } from "../../cluster/topology.ts";

const moveSchema = z.strictObject({
  group: z.string(),
  shard: z.number().int().nonnegative(),
  add: z.array(z.string()),
  remove: z.array(z.string()),
});

const stepSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("move"),
    moves: z.array(moveSchema),
    joins: z.array(z.string()),
    leaves: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("reshard"), from: z.number().int(), to: z.number().int() }),
]);

/** A plan as it is written down. */
export const planSchema = z.strictObject({
  kind: z.string(),
  reason: z.string(),
  fromEpoch: z.number().int().nonnegative(),
  target: z.unknown().transform(parseTopology),
  arrivals: z.array(z.strictObject({ id: z.string(), url: z.string(), group: z.string(), weight: z.number() })),
  steps: z.array(stepSchema),
  isNeeded: z.boolean(),
  copies: z.strictObject({ replicas: z.number(), documents: z.number(), bytes: z.number() }),
});

/** How a cluster gets from the topology in force to another, step by step; `isNeeded` unless they are the same already. */
export type Plan = z.infer<typeof planSchema>;

/** What changes together: writers of its shards wait once, while the new copies are compared. */
export type PlanStep = Plan["steps"][number];

/**
 * Replicas that move together. `joins` are nodes that hold something from here on, indexes that are replicated everywhere
 * included; `leaves` are nodes that hold nothing any more.
 */
export type MoveStep = Extract<PlanStep, { kind: "move" }>;

/** What becomes of one shard in one group: nodes that get it, and nodes that give it up. */
export type Move = MoveStep["moves"][number];

/** Every move of a plan. */
export function movesOf({ steps }: Pick<Plan, "steps">): Move[] {
  return steps.flatMap((step) => (step.kind === "move" ? step.moves : []));
}

/** The shards of a step. */
export function shardsOf(step: PlanStep): number[] {
  if (step.kind === "reshard") return Array.from({ length: step.from }, (_, shard) => shard);
  return [...new Set(step.moves.map(({ shard }) => shard))].sort((a, b) => a - b);
}
