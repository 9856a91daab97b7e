import { z } from "zod";
import { decodeStamp } from "../routing/stamp.ts";

const matters = ["index", "key", "features", "rules", "records"] as const;

const missedSchema = z.object({
  node: z.string(),
  matter: z.enum(matters),
  name: z.string().optional(),
  what: z.string(),
  stamp: z.string(),
  mayLand: z.boolean(),
});

/**
 * What an administrative change is about.
 * - `index`: whether the nodes' index of this name is there, its primary key and its settings
 * - `key`, `features`, `rules`: API keys, experimental features and dynamic search rules
 * - `records`: what processes share, where the nodes keep it
 */
type Matter = (typeof matters)[number];

/**
 * An administrative change that a node missed. It says what the node must be given again, not how: the state that is in
 * force by then, so that it heals a node which came back empty or old as well.
 */
export interface MissedChange {
  readonly node: string;
  readonly matter: Matter;
  /** Physical uid of the index, uid of the key or of the rule; absent when all of them are meant. */
  readonly name?: string;
  /** The change as the subject of a sentence: "Creating index `movies`". */
  readonly what: string;
  /** Orders the changes of a node. What the change leads to is written down with a higher stamp. */
  readonly stamp: string;
  /** Whether the node may have been asked, so that the request may land later. */
  readonly mayLand: boolean;
}

/** What a node that did not make a change must be given later. */
export type Matters = readonly Pick<MissedChange, "matter" | "name">[];

/** Checks an {@link AcceptedChange} that came from a node. */
export const acceptedSchema = z.object({
  what: z.string(),
  matters: z.array(z.object({ matter: z.enum(matters), name: z.string().optional() })),
  stamp: z.string(),
});

/** A change that nodes have accepted: what it takes to write down that one of them went away before it made it. */
export interface AcceptedChange {
  readonly what: string;
  readonly matters: Matters;
  /** Below the stamp of what the change leads to. */
  readonly stamp: string;
}

/** Checks a missed change that came from a node or a store. */
export function parseMissed(value: unknown): MissedChange {
  return missedSchema.parse(value) as MissedChange;
}

/** Whether a node that missed the change cannot be used for anything: it may let people in, or find what it should not. */
export function concernsWholeNode({ matter }: MissedChange): boolean {
  return matter === "key" || matter === "features" || matter === "rules";
}

/** Since when the change is missed, in milliseconds since 1970. */
export function missedSince({ stamp }: MissedChange): number {
  return decodeStamp(stamp).timeMs;
}
