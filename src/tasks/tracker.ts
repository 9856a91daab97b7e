import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Operator } from "../execute/operator.ts";
import type { TaskHighWater } from "../execute/task-high-water.ts";
import { mergeTask, type TaskPart } from "../merge/tasks.ts";
import type { Clock } from "../util/clock.ts";
import { taskMark, type VirtualTask } from "./virtual-task.ts";

/** What a {@link TaskTracker} works with. */
export interface TaskTrackerOptions {
  readonly operator: Operator;
  readonly clock: Clock;
  readonly isSuspect: (node: string) => boolean;
  readonly highWater: TaskHighWater;
  /** Pause between two rounds over the open tasks, in milliseconds. */
  readonly sweepMs: number;
  /** Finished tasks kept in memory, at most. */
  readonly keep: number;
}

interface Entry {
  readonly task: VirtualTask;
  readonly indebted: Set<string>;
  final: JsonObject | undefined;
  refreshing: Promise<JsonObject> | undefined;
}

/** A node's task list as the tracker reads it: `undefined` when the node could not be asked. */
type NodeAnswer = ReadonlyMap<number, JsonObject> | undefined;

/**
 * Follows virtual tasks to their end: asked by whoever polls, and by a sweep in the background, so that a replica that
 * fails after it acknowledged becomes indebted even when nobody waits.
 */
export class TaskTracker {
  readonly #options: TaskTrackerOptions;
  readonly #entries = new Map<number, Entry>();
  readonly #open = new Set<Entry>();
  readonly #closed = new AbortController();
  #sweep: Promise<void> | undefined;

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** Starts to follow a task. */
  add(task: VirtualTask): void {
    const entry: Entry = { task, indebted: new Set(), final: undefined, refreshing: undefined };
    this.#entries.set(task.head.uid, entry);
    this.#open.add(entry);
    for (const { node, taskUid } of task.parts) this.#options.highWater.learn(node, taskUid);
    this.#sweep ??= this.#run().finally(() => {
      this.#sweep = undefined;
    });
  }

  /** Takes in a task that ended without any node being asked, such as a payload that was refused. */
  addFinished(view: JsonObject, head: VirtualTask["head"]): void {
    this.#entries.set(head.uid, { task: { head, parts: [] }, indebted: new Set(), final: view, refreshing: undefined });
    this.#prune();
  }

  /** The task as the user sees it now; `undefined` when this process does not know the number. */
  async view(uid: number): Promise<JsonObject | undefined> {
    const entry = this.#entries.get(uid);
    return entry === undefined ? undefined : (entry.final ?? this.#refresh(entry));
  }

  /** Every task this process knows, newest first. */
  views(): Promise<JsonObject[]> {
    const entries = [...this.#entries.values()].sort((a, b) => b.task.head.uid - a.task.head.uid);
    return Promise.all(entries.map((entry) => entry.final ?? this.#refresh(entry)));
  }

  /** Stops the sweep. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#sweep;
  }

  async #run(): Promise<void> {
    const { clock, sweepMs } = this.#options;
    while (this.#open.size > 0 && !this.#closed.signal.aborted) {
      await clock.sleep(sweepMs, this.#closed.signal, { background: true }).catch(() => undefined);
      if (this.#closed.signal.aborted) return;
      for (const entry of [...this.#open]) await this.#refresh(entry).catch(() => undefined);
    }
  }

  #refresh(entry: Entry): Promise<JsonObject> {
    entry.refreshing ??= this.#ask(entry).finally(() => {
      entry.refreshing = undefined;
    });
    return entry.refreshing;
  }

  async #ask(entry: Entry): Promise<JsonObject> {
    const { task } = entry;
    const answers = await this.#askNodes(task);
    const parts = task.parts.map(({ node, taskUid }, order) => ({
      node: node.id,
      order,
      task: answers.get(node.id)?.get(taskUid) ?? null,
    }));
    await this.#settleReplicas(entry, parts, answers);
    const view = mergeTask({
      head: task.head,
      parts: parts.map((part) => ({ ...part, indebted: entry.indebted.has(part.node) })),
      ...(task.shards && { shards: task.shards }),
      ...(task.copies !== undefined && { copies: task.copies }),
    });
    if (isTerminal(view)) await this.#finish(entry, view);
    return view;
  }

  async #finish(entry: Entry, view: JsonObject): Promise<void> {
    await entry.task.onSettled?.(view);
    entry.final = view;
    this.#open.delete(entry);
    this.#prune();
  }

  /** Nodes that lost, failed or forgot the write while another replica holds it become indebted. */
  async #settleReplicas(
    entry: Entry,
    parts: readonly TaskPart[],
    answers: ReadonlyMap<string, NodeAnswer>,
  ): Promise<void> {
    const { task, indebted } = entry;
    if (task.owe === undefined || !parts.some((part) => part.task?.["status"] === "succeeded")) return;
    for (const { node } of task.parts) {
      if (indebted.has(node.id) || !this.#hasLost(node, task, { parts, answers })) continue;
      await task.owe(node);
      indebted.add(node.id);
    }
  }

  #hasLost(
    node: NodeInfo,
    task: VirtualTask,
    known: { parts: readonly TaskPart[]; answers: ReadonlyMap<string, NodeAnswer> },
  ): boolean {
    const own = known.parts.filter((part) => part.node === node.id);
    if (known.answers.get(node.id) === undefined) return this.#options.isSuspect(node.id);
    return own.some((part) => part.task === null || isLost(part.task, task));
  }

  async #askNodes(task: VirtualTask): Promise<Map<string, NodeAnswer>> {
    const uidsByNode = new Map<NodeInfo, number[]>();
    for (const { node, taskUid } of task.parts) {
      const uids = uidsByNode.get(node);
      if (uids === undefined) uidsByNode.set(node, [taskUid]);
      else uids.push(taskUid);
    }
    const asked = [...uidsByNode].map(async ([node, uids]) => [node.id, await this.#askNode(node, uids)] as const);
    return new Map(await Promise.all(asked));
  }

  async #askNode(node: NodeInfo, uids: readonly number[]): Promise<NodeAnswer> {
    if (this.#options.isSuspect(node.id)) return undefined;
    try {
      const query = `uids=${uids.join(",")}&limit=${uids.length}`;
      const { results } = await this.#options.operator.demand<{ results: JsonObject[] }>(node, {
        method: "GET",
        path: "tasks",
        query,
      });
      return new Map(results.map((result) => [result["uid"] as number, result]));
    } catch {
      return undefined; // a node that cannot be asked is told from one that forgot the task
    }
  }

  /** Forgets the oldest finished tasks beyond the limit. */
  #prune(): void {
    for (const [uid, entry] of this.#entries) {
      if (this.#entries.size <= this.#options.keep) return;
      if (entry.final !== undefined) this.#entries.delete(uid);
    }
  }
}

function isLost(nodeTask: JsonObject, task: VirtualTask): boolean {
  if (nodeTask["status"] === "failed" || nodeTask["status"] === "canceled") return true;
  return task.isMarked === true && !String(nodeTask["customMetadata"]).startsWith(taskMark(task.head.uid));
}

function isTerminal(view: JsonObject): boolean {
  return view["status"] !== "enqueued" && view["status"] !== "processing";
}
