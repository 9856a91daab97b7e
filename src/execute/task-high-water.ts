import { z } from "zod";
import type { NodeInfo } from "../core/types.ts";
import { inIdCharacters } from "./id-characters.ts";
import type { StateRecord } from "./state-index.ts";

const seenSchema = z.object({
  node: z.string(),
  incarnation: z.number().int().positive(),
  taskUid: z.number().int(),
  at: z.string(),
  stamp: z.string(),
});

/** What was seen of a node. */
export interface SeenNode {
  /** How often it was begun anew: 1 for a node that never was rebuilt. */
  readonly incarnation: number;
  /** Highest task number; -1 when none was seen. */
  readonly taskUid: number;
  /** When, RFC 3339. */
  readonly at: string;
}

const NEVER: SeenNode = { incarnation: 1, taskUid: -1, at: "" };

/** Highest task number seen at each node by any process; a node that kept its history never falls below it. */
export class TaskHighWater {
  readonly #highest = new Map<string, SeenNode>();
  /** Nodes of which this process has seen more than is written down. */
  readonly #news = new Set<string>();
  readonly #listeners = new Set<() => void>();

  /** Notes that a node gave a task this number. */
  learn(node: NodeInfo, taskUid: number, at = ""): void {
    const known = this.seen(node.id);
    if (taskUid <= known.taskUid) return;
    this.#highest.set(node.id, { ...known, taskUid, at });
    this.#news.add(node.id);
    for (const listener of this.#listeners) listener();
  }

  /** Learns what other processes wrote down; answers the nodes that were begun anew since. */
  load(records: readonly StateRecord[]): ReadonlySet<string> {
    const rebuilt = new Set<string>();
    for (const { kind, value } of records) {
      if (kind !== "seen") continue;
      const { node, incarnation, taskUid, at } = seenSchema.parse(value);
      const known = this.seen(node);
      const isNewer = incarnation === known.incarnation ? taskUid > known.taskUid : incarnation > known.incarnation;
      if (isNewer) this.#highest.set(node, { incarnation, taskUid, at });
      if (incarnation > known.incarnation) rebuilt.add(node);
    }
    return rebuilt;
  }

  /** Calls back whenever there is something new to write down. */
  onNews(listener: () => void): void {
    this.#listeners.add(listener);
  }

  seen(node: string): SeenNode {
    return this.#highest.get(node) ?? NEVER;
  }

  /** -1 when none was seen. */
  of(node: NodeInfo): number {
    return this.seen(node.id).taskUid;
  }

  /** What is to be written down; until the next news that is all. */
  takeNews(): StateRecord[] {
    const records = [...this.#news].map((node) => seenRecord(node, this.seen(node)));
    this.#news.clear();
    return records;
  }
}

/**
 * What was seen of a node, for everybody. Its stamp is higher the newer the incarnation and the higher the number. Each
 * incarnation has a record of its own, which nobody overwrites who has not heard of it yet.
 */
export function seenRecord(node: string, { incarnation, taskUid, at }: SeenNode): StateRecord {
  const stamp = `${String(incarnation).padStart(6, "0")}${String(taskUid + 1).padStart(14, "0")}`;
  const id = `seen_${inIdCharacters(node)}${incarnation === 1 ? "" : `__${incarnation}`}`;
  return { id, kind: "seen", value: { node, incarnation, taskUid, at, stamp } };
}
