import type { NodeAnswer } from "../node-tasks.ts";
import { decodeShards } from "../shard-set.ts";
import { type Standing, standingOf, worth } from "../standing.ts";
import type { NotedWrite, TasksByNode } from "./noted-write.ts";

/** What one process knows of the nodes. */
export interface NodesSeen {
  /** Whether the topology has the node: one that left handed over all it had. */
  isMember(node: string): boolean;
  isSuspect(node: string): boolean;
}

/** How far a write has come, as one process sees it now. */
export interface WriteProgress {
  readonly write: PendingWrite;
  /** Nodes that can be asked and have yet to apply it. */
  readonly pending: readonly string[];
  /** Nodes that must not be read by whoever wants to see it: another has, or may have, more of it. */
  readonly behind: ReadonlySet<string>;
}

/** One acknowledged write on its way to the replicas. What a node said of its end is final and is not asked for again. */
export class PendingWrite {
  readonly noted: NotedWrite;
  readonly #final = new Map<string, Standing>();
  readonly #shards: ReadonlySet<number> | undefined;
  /** Nodes whose tasks store the index's record, as long as none of them did and they may yet. */
  readonly #rows: Map<string, readonly number[]>;

  constructor(noted: NotedWrite) {
    this.noted = noted;
    this.#shards = noted.shards === undefined ? undefined : new Set(decodeShards(noted.shards, noted.of ?? 0));
    this.#rows = new Map(Object.entries(noted.rows ?? {}));
    for (const [node, tasks] of Object.entries(noted.parts)) if (tasks.length === 0) this.#final.set(node, "held");
    for (const node of noted.missed ?? []) this.#final.set(node, "lost");
  }

  /** Whether a read of this index of the nodes has to do with it. */
  concerns(index: string): boolean {
    return (this.noted.index ?? index) === index;
  }

  /** Whether it touches a shard of so many, which may be more or fewer than there were. */
  touches(shard: number, total: number): boolean {
    const { of = total } = this.noted;
    if (this.#shards === undefined) return true;
    if (of <= total) return this.#shards.has(shard % of);
    for (const touched of this.#shards) if (touched % total === shard) return true;
    return false;
  }

  /** The tasks of a node whose end is not known. */
  openTasks(node: string): readonly number[] {
    const parts = this.#final.has(node) ? [] : (this.noted.parts[node] ?? []);
    return [...parts, ...(this.#rows.get(node) ?? [])];
  }

  /** Every node that it has to do with. */
  get nodes(): string[] {
    const { parts, rows = {}, missed = [] } = this.noted;
    return [...new Set([...Object.keys(parts), ...Object.keys(rows), ...missed])];
  }

  /** Takes in what a node says of its tasks; nothing when it could not be asked. */
  learn(node: string, answer: NodeAnswer): void {
    if (answer === undefined) return;
    const read = (taskUid: number) => answer.get(taskUid) ?? null;
    const { parts, isMarked, taskUid } = this.noted;
    if (!this.#final.has(node) && parts[node] !== undefined) {
      const tasks = parts[node].map(read);
      const standing = standingOf({ tasks, isKnown: true, isSuspect: false, ...(isMarked && { markedAs: taskUid }) });
      if (standing !== "pending") this.#final.set(node, standing);
    }
    const rows = this.#rows.get(node)?.map((uid) => read(uid)?.["status"]);
    if (rows?.every((status) => status === "succeeded") === true) this.#rows.clear();
    else if (rows?.every((status) => status !== "enqueued" && status !== "processing") === true)
      this.#rows.delete(node);
  }

  /** Whether the index's record is yet to be shown by any node. */
  areRowsPending({ isMember, isSuspect }: NodesSeen): boolean {
    return [...this.#rows.keys()].some((node) => isMember(node) && !isSuspect(node));
  }

  progress({ isMember, isSuspect }: NodesSeen): WriteProgress {
    const { parts, missed = [] } = this.noted;
    const nodes = [...new Set([...Object.keys(parts), ...missed])].filter(isMember);
    const standings = nodes.map((node): readonly [string, Standing] => {
      return [node, this.#final.get(node) ?? (isSuspect(node) ? "down" : "pending")];
    });
    const isOpen = standings.some(([, standing]) => standing === "pending" || standing === "down");
    const most = Math.max(0, ...standings.map(([, standing]) => worth(standing)));
    const isBehind = (standing: Standing) => standing !== "held" && (isOpen || worth(standing) < most);
    return {
      write: this,
      pending: standings.flatMap(([node, standing]) => (standing === "pending" ? [node] : [])),
      behind: new Set(standings.flatMap(([node, standing]) => (isBehind(standing) ? [node] : []))),
    };
  }

  /** What another process has to know to go on from here. */
  get left(): NotedWrite {
    const { parts, missed: _missed, rows: _rows, ...rest } = this.noted;
    const standings = Object.entries(parts).map(([node, tasks]) => [node, tasks, this.#final.get(node)] as const);
    const open = standings.filter(([, , standing]) => standing === undefined || standing === "held");
    const missed = [...this.#final].flatMap(([node, standing]) => (standing === "held" ? [] : [node]));
    return {
      ...rest,
      parts: Object.fromEntries(open.map(([node, tasks, standing]) => [node, standing === "held" ? [] : tasks])),
      ...(this.#rows.size > 0 && { rows: Object.fromEntries(this.#rows) satisfies TasksByNode }),
      ...(missed.length > 0 && { missed }),
    };
  }
}
