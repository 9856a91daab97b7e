import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Outcome } from "../execute/attempt.ts";
import { type Operator, OperatorCallFailed } from "../execute/operator.ts";
import type { TaskHighWater } from "../execute/task-high-water.ts";
import { isObject } from "../merge/answer-shape.ts";
import { mergeTask, type TaskPart } from "../merge/tasks.ts";
import type { Clock } from "../util/clock.ts";
import { findLosses, type Standing, standingOf } from "./standing.ts";
import type { VirtualTask } from "./virtual-task.ts";

/** What a {@link TaskTracker} works with. */
export interface TaskTrackerOptions {
  readonly operator: Operator;
  readonly clock: Clock;
  readonly isSuspect: (node: string) => boolean;
  /** Told of calls that failed: in an idle application nobody else would notice that a node is down. */
  readonly observe: (node: string, outcome: Outcome) => void;
  /** Starts the probes of suspect nodes that are due: whoever waits for a task may be making no other call that would. */
  readonly probe: () => void;
  readonly highWater: TaskHighWater;
  /** Waits until other processes can read what was recorded of an index; only then is a task of it shown as finished. */
  readonly recorded?: (indexUid: string) => Promise<void>;
  /** Words a node's error as users should read it. */
  readonly word?: (error: JsonObject) => JsonObject;
  /** Longest wait for one node, in milliseconds. */
  readonly timeoutMs: number;
  /** Pause between two rounds over the open tasks, in milliseconds. */
  readonly sweepMs: number;
  /** Finished tasks kept in memory, at most. */
  readonly keep: number;
}

interface Entry {
  task: VirtualTask;
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
  #sweep: Promise<void> = Promise.resolve();
  #isSweeping = false;

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** Starts to follow a task. */
  add(task: VirtualTask): void {
    const entry: Entry = { task, indebted: new Set(), final: undefined, refreshing: undefined };
    this.#entries.set(task.head.uid, entry);
    this.#open.add(entry);
    for (const { node, taskUid } of task.parts) this.#options.highWater.learn(node, taskUid);
    if (!this.#isSweeping) this.#sweep = this.#run();
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
    const { signal } = this.#closed;
    this.#isSweeping = true;
    while (this.#open.size > 0 && !signal.aborted) {
      await clock.sleep(sweepMs, signal, { background: true }).catch(() => undefined);
      for (const entry of [...this.#open]) {
        if (!signal.aborted) await this.#refresh(entry).catch(() => undefined);
      }
    }
    this.#isSweeping = false;
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
      task: this.#worded(answers.get(node.id)?.get(taskUid)),
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

  #worded(task: JsonObject | undefined): JsonObject | null {
    const { word } = this.#options;
    const error = task?.["error"];
    if (task === undefined) return null;
    return word === undefined || !isObject(error) ? task : { ...task, error: word(error) };
  }

  async #finish(entry: Entry, view: JsonObject): Promise<void> {
    await entry.task.onSettled?.(view);
    await this.#options.recorded?.(entry.task.head.indexUid ?? "");
    entry.final = view;
    entry.task = { head: entry.task.head, parts: [] }; // what it might owe holds every id of the write
    this.#open.delete(entry);
    this.#prune();
  }

  /** Nodes that lost, failed or forgot the write while another replica holds it become indebted. */
  async #settleReplicas(
    { task, indebted }: Entry,
    parts: readonly TaskPart[],
    answers: ReadonlyMap<string, NodeAnswer>,
  ): Promise<void> {
    if (task.owe === undefined) return;
    const nodesById = new Map(task.parts.map(({ node }) => [node.id, node]));
    const standings = new Map<string, Standing>();
    for (const id of nodesById.keys()) {
      const standing = standingOf({
        tasks: parts.filter((part) => part.node === id).map((part) => part.task),
        isKnown: answers.get(id) !== undefined,
        isSuspect: this.#options.isSuspect(id),
        ...(task.isMarked === true && { markedAs: task.head.uid }),
      });
      standings.set(id, standing);
    }
    for (const { node: id, holders } of findLosses(standings, task.shards ?? [])) {
      const node = nodesById.get(id);
      if (node === undefined || indebted.has(id)) continue;
      await task.owe(node, holders);
      indebted.add(id);
    }
  }

  async #askNodes(task: VirtualTask): Promise<Map<string, NodeAnswer>> {
    this.#options.probe();
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
        timeoutMs: this.#options.timeoutMs,
      });
      return new Map(results.map((result) => [result["uid"] as number, result]));
    } catch (error) {
      if (error instanceof OperatorCallFailed) this.#options.observe(node.id, error.outcome);
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

function isTerminal(view: JsonObject): boolean {
  return view["status"] !== "enqueued" && view["status"] !== "processing";
}
