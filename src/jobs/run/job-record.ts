import { z } from "zod";
import { planSchema } from "../plan/plan.ts";
import { wishSchema } from "../plan/wish.ts";

const STATES = ["planned", "running", "paused", "cancelling", "cancelled", "failed", "done"] as const;
const PHASES = ["waiting", "preparing", "copying", "holding", "switched", "purging", "finishing"] as const;

const markSchema = z.strictObject({
  index: z.string(),
  source: z.string(),
  target: z.string(),
  shards: z.array(z.number()),
  through: z.string(),
});

const optionsSchema = z.strictObject({
  isUnfenced: z.boolean(),
  holdTimeoutMs: z.number().positive(),
  documentsPerSecond: z.number().positive().exactOptional(),
  queueDepth: z.number().positive().exactOptional(),
});

const jobSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  wish: wishSchema,
  plan: planSchema,
  options: optionsSchema,
  state: z.enum(STATES),
  phase: z.enum(PHASES),
  step: z.number().int().nonnegative(),
  cursor: z.array(markSchema),
  purges: z.array(z.strictObject({ node: z.string(), shards: z.array(z.number()), everywhere: z.boolean() })),
  documents: z.number(),
  bytes: z.number(),
  holds: z.strictObject({ count: z.number(), cancelled: z.number(), longestMs: z.number() }),
  createdAt: z.string(),
  updatedAt: z.string(),
  driver: z.strictObject({ holder: z.string(), term: z.number() }).exactOptional(),
  error: z.string().exactOptional(),
  history: z.array(z.strictObject({ at: z.string(), text: z.string() })),
});

/**
 * A change of who owns what, from its plan to its end: all that another process needs to go on with it. `step` counts the
 * steps that are done, `cursor` is how far the one under way has copied, `purges` what former owners hold yet, `documents` and `bytes` what was copied in all,
 * `holds` how often and how long writers had to wait, `history` the latest events; times are RFC 3339.
 */
export type JobRecord = z.infer<typeof jobSchema>;

/** How a job is done; see `StartOptions`. */
export type JobOptions = JobRecord["options"];

/** Whether a job may still change owners, now or when it is resumed; only one such job can be. */
export function isOpen({ state }: Pick<JobRecord, "state">): boolean {
  return state !== "done" && state !== "cancelled";
}

/** Checks a job that came from a store. */
export function parseJob(value: unknown): JobRecord {
  return jobSchema.parse(value);
}
