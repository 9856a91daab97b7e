import { z } from "zod";
import { type AcceptedChange, acceptedSchema } from "../cluster/missed.ts";
import type { JsonObject } from "../core/types.ts";

const noteSchema = z.object({
  type: z.string(),
  indexUid: z.string().nullable(),
  details: z.record(z.string(), z.json()).optional(),
  distinct: z.number().optional(),
  customMetadata: z.string().optional(),
  copies: z.number().optional(),
  shards: z.string().optional(),
  of: z.number().optional(),
  epoch: z.number().optional(),
  replicate: z.literal("everywhere").optional(),
  consistency: z.enum(["one", "quorum", "all"]).optional(),
  stamp: z.string().optional(),
  piece: z.tuple([z.number(), z.number()]).optional(),
  parts: z.record(z.string(), z.array(z.number())).optional(),
  change: acceptedSchema.optional(),
  targets: z.array(z.number()).optional(),
  view: z.record(z.string(), z.json()).optional(),
});

/**
 * What a process says of a virtual task in the `customMetadata` of a node's task, so that any other can put the virtual
 * task together again.
 */
export interface TaskNote {
  readonly type: string;
  readonly indexUid: string | null;
  /** See `TaskHead.details`; left out when too long, and then known from the nodes' tasks alone. */
  readonly details?: JsonObject;
  readonly distinct?: number;
  /** The caller's own value. */
  readonly customMetadata?: string;
  readonly copies?: number;
  /** Shards that a write touches, see {@link encodeShards}. */
  readonly shards?: string;
  /** Shards that the index had. */
  readonly of?: number;
  /** Epoch of the topology that the write was sent under. */
  readonly epoch?: number;
  /** See `IndexRow.replicate`. */
  readonly replicate?: "everywhere";
  readonly consistency?: "one" | "quorum" | "all";
  /** Stamp of the write, under which its debts are written down; as digits. */
  readonly stamp?: string;
  /** Which of how many requests to this node it is, from 1. */
  readonly piece?: readonly [number, number];
  /** Node tasks of an operation whose own tasks cannot carry a note, by node id. */
  readonly parts?: Readonly<Record<string, readonly number[]>>;
  /** What a node missed that goes away before it made its part; its stamp as digits. */
  readonly change?: AcceptedChange;
  /** Virtual tasks that a cancelation or deletion is about. */
  readonly targets?: readonly number[];
  /** The whole task, when no node was asked for it. */
  readonly view?: JsonObject;
}

/** Longest note in a request's address, encoded; the server takes 64 KB for the whole of it. */
const LONGEST_NOTE = 56_000;

/** The `customMetadata` of a node's task: the number of the virtual task and the note, cut to what fits. */
export function writeNote(uid: number, note: TaskNote): string {
  const { details: _details, ...brief } = note;
  const { targets: _targets, view: _view, change: _change, ...briefest } = brief;
  const texts = [note, brief, briefest].map((each) => `miroir:${uid} ${JSON.stringify(each)}`);
  return texts.find((text) => encodeURIComponent(text).length <= LONGEST_NOTE) ?? texts[2] ?? "";
}

/** A note found on a node, with the number of its virtual task. */
export interface FoundNote {
  readonly uid: number;
  readonly note: TaskNote;
}

/** The note that a node's task carries; `undefined` when miroir did not make the task, or not for a virtual one. */
export function readNote(customMetadata: unknown): FoundNote | undefined {
  const match = typeof customMetadata === "string" ? /^miroir:(\d+) (\{.*)$/s.exec(customMetadata) : null;
  if (match === null) return undefined;
  const parsed = noteSchema.safeParse(parseJson(match[2] ?? ""));
  return parsed.success ? { uid: Number(match[1]), note: parsed.data as TaskNote } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // some other text of the caller's
  }
}
