import type { AcceptedChange } from "../cluster/missed.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { TaskHighWater } from "../execute/task-high-water.ts";
import { isObject } from "../merge/answer-shape.ts";
import { mergeTask, type TaskPart } from "../merge/tasks.ts";
import type { Clock } from "../util/clock.ts";
import { askNodesForTasks, type NodeAnswer, type NodeTaskReading } from "./node-tasks.ts";
import { copiesAmong, findSilent, type SilentNodes } from "./silent-nodes.ts";
import { findLosses, type Standing, standingOf } from "./standing.ts";
import type { NodeTaskRef, VirtualTask } from "./virtual-task.ts";

/** What a {@link TaskTracker} works with. */
export interface TaskTrackerOptions extends NodeTaskReading {
  readonly clock: Clock;
  /** Starts the probes of suspect nodes that are due: whoever waits for a task may be making no other call that would. */
  readonly probe: () => void;
  readonly highWater: TaskHighWater;
  /** Waits until other processes can read what was recorded of an index; only then is a task of it shown as finished. */
  readonly recorded?: (indexUid: string) => Promise<void>;
  /** Writes down that nodes missed a change which the others made; false when it has to wait for them. */
  readonly forgo?: (change: SilentNodes & { taskUid: number; change: AcceptedChange }) => Promise<boolean>;
  /** Words a node's error as users should read it. */
  readonly word?: (error: JsonObject) => JsonObject;
  /** The way to the virtual tasks of other processes, and theirs to ours. */
  readonly others?: OtherTasks;
  /** Pause between two rounds over the open tasks, in milliseconds. */
  readonly sweepMs: number;
  /** Finished tasks kept in memory, at most. */
  readonly keep: number;
}

/** A virtual task of another process, and what is known of its node tasks already. */
export interface OtherTask {
  readonly task: VirtualTask;
  readonly answers: ReadonlyMap<string, NodeAnswer>;
}

/** Where processes find each other's virtual tasks. */
export interface OtherTasks {
  /** Leaves a note about a task whose node tasks carry none; answers the node tasks that carry the note. */
  announce(task: VirtualTask): Promise<readonly NodeTaskRef[]>;
  find(uid: number): Promise<OtherTask | undefined>;
  /** Those that are new since the last call, oldest first. */
  news(): Promise<OtherTask[]>;
}

interface Entry {
  task: VirtualTask;
  readonly isOwn: boolean;
  readonly indebted: Set<string>;
  /** Node tasks that carry the note about it. */
  notes: readonly NodeTaskRef[];
  final: JsonObject | undefined;
  refreshing: Promise<JsonObject> | undefined;
}

/**
 * Follows virtual tasks to their end: asked by whoever polls, and by a sweep in the background, so that a replica that
 * fails after it acknowledged becomes indebted even when nobody waits.
 */
export class TaskTracker {
  readonly #options: TaskTrackerOptions;
  readonly #entries = new Map<number, Entry>();
  readonly #open = new Set<Entry>();
  readonly #closed = new AbortController();
  /** Notes under way, by virtual task. */
  readonly #announcing = new Map<number, Promise<void>>();
  readonly #cancelers = new Map<number, number>();
  readonly #deleted = new Set<number>();
  /** The read of other processes' tasks that is under way, and the one behind it. */
  #news: Promise<void> = Promise.resolve();
  #nextNews: Promise<void> | undefined;
  #sweep: Promise<void> = Promise.resolve();
  #isSweeping = false;
  #ended = 0;

  constructor(options: TaskTrackerOptions) {
    this.#options = options;
  }

  /** Tasks that were found to have ended so far; whoever is told that one has was counted in before. */
  get ended(): number {
    return this.#ended;
  }

  /** Starts to follow a task. */
  add(task: VirtualTask): void {
    const entry = this.#enter(task, true);
    this.#follow(entry);
    for (const { node, taskUid } of task.parts) this.#options.highWater.learn(node, taskUid, task.head.enqueuedAt);
    if (task.isMarked !== true) this.#announce(entry);
  }

  /** Takes in a task that ended without any node being asked, such as a payload that was refused. */
  addFinished(view: JsonObject, head: VirtualTask["head"]): void {
    const entry = this.#enter({ head, parts: [], view }, true);
    entry.final = view;
    this.#prune();
    this.#announce(entry);
  }

  /** Resolves when any process can find the task, or none can be told of it. */
  async announced(uid: number): Promise<void> {
    await this.#announcing.get(uid);
  }

  /** The task as the user sees it now; `undefined` when no process knows the number. */
  async view(uid: number): Promise<JsonObject | undefined> {
    if (this.#deleted.has(uid)) return undefined;
    const known = this.#entries.get(uid);
    const entry = known === undefined || known.task.isPartial === true ? ((await this.#find(uid)) ?? known) : known;
    return entry === undefined ? undefined : (entry.final ?? this.#refresh(entry));
  }

  /** Every task of any process, newest first. */
  async views(): Promise<JsonObject[]> {
    await this.#learnNews();
    const entries = [...this.#entries.values()].sort((a, b) => b.task.head.uid - a.task.head.uid);
    return Promise.all(entries.map((entry) => entry.final ?? this.#refresh(entry)));
  }

  /** The node tasks behind a virtual one that is known here, with their state as the nodes show it now. */
  async partsOf(uid: number): Promise<{ readonly node: NodeInfo; readonly task: JsonObject }[]> {
    const parts = this.#entries.get(uid)?.task.parts ?? [];
    const answers = await askNodesForTasks(parts, this.#options);
    return parts.flatMap(({ node, taskUid }) => {
      const task = answers.get(node.id)?.get(taskUid);
      return task === undefined ? [] : [{ node, task }];
    });
  }

  /** The virtual task of a write that this process made. */
  own(uid: number): VirtualTask | undefined {
    const entry = this.#entries.get(uid);
    return entry?.isOwn === true ? entry.task : undefined;
  }

  /** Whether a write of this process is known to have ended alike on every replica that took it, and its records to be shown. */
  isEverywhere(uid: number): boolean {
    const entry = this.#entries.get(uid);
    return entry?.isOwn === true && entry.final !== undefined && !this.#open.has(entry) && entry.indebted.size === 0;
  }

  /** Reads node tasks as the nodes show them now. */
  ask(parts: readonly NodeTaskRef[]): Promise<Map<string, NodeAnswer>> {
    this.#options.probe();
    return askNodesForTasks(parts, this.#options);
  }

  /** Every node task that belongs to a virtual one which is known here, those that only carry a note about it included. */
  refsOf(uid: number): NodeTaskRef[] {
    const entry = this.#entries.get(uid);
    return entry === undefined ? [] : [...entry.task.parts, ...entry.notes];
  }

  /** Tells every process which tasks a cancelation or deletion is about, before any node is asked to make it. */
  async announceTargets(task: VirtualTask): Promise<readonly NodeTaskRef[]> {
    const notes = (await this.#options.others?.announce(task)) ?? [];
    this.#learnTargets(task);
    return notes;
  }

  /** Stops the sweep. */
  async close(): Promise<void> {
    await Promise.all(this.#announcing.values());
    this.#closed.abort();
    await this.#sweep;
  }

  #enter(task: VirtualTask, isOwn: boolean): Entry {
    const indebted = new Set(task.indebted);
    const entry: Entry = { task, isOwn, indebted, notes: task.notes ?? [], final: undefined, refreshing: undefined };
    const replaced = this.#entries.get(task.head.uid);
    if (replaced !== undefined) this.#open.delete(replaced);
    this.#entries.set(task.head.uid, entry);
    return entry;
  }

  #follow(entry: Entry): void {
    this.#open.add(entry);
    if (!this.#isSweeping) this.#sweep = this.#run();
  }

  /** Without a note only this process knows the task, which was accepted all the same. */
  #announce(entry: Entry): void {
    const { others } = this.#options;
    if (others === undefined) return;
    const { uid } = entry.task.head;
    const announce = async () => {
      entry.notes = [...entry.notes, ...(await others.announce(entry.task).catch(() => []))];
      this.#announcing.delete(uid);
    };
    this.#announcing.set(uid, announce());
  }

  async #find(uid: number): Promise<Entry | undefined> {
    const found = await this.#options.others?.find(uid);
    if (found === undefined) return undefined;
    if (isTouchedByOthers(partsAmong(found.task, found.answers), this.#options)) await this.#learnNews();
    return this.#adopt(found);
  }

  /** What was announced before the call is known after it; whoever asks while a read is under way shares the next. */
  #learnNews(): Promise<void> {
    this.#nextNews ??= this.#news.then(() => {
      this.#nextNews = undefined;
      const reading = this.#readNews();
      this.#news = reading.catch(() => undefined);
      return reading;
    });
    return this.#nextNews;
  }

  async #readNews(): Promise<void> {
    const news = (await this.#options.others?.news()) ?? [];
    for (const { task } of news) this.#learnTargets(task);
    for (const other of news) this.#adopt(other);
    this.#prune();
  }

  /** Takes in another process's task as it was found. What had ended when it was found is its writer's to settle. */
  #adopt({ task, answers }: OtherTask): Entry | undefined {
    const { uid } = task.head;
    if (this.#deleted.has(uid)) return undefined;
    const known = this.#entries.get(uid);
    if (known?.isOwn === true || (known?.final !== undefined && known.task.isPartial !== true)) return known;
    if (isGone(task, answers)) return undefined;
    const entry = this.#enter(task, false);
    const view = task.view ?? this.#merge(entry, partsAmong(task, answers));
    if (isTerminal(view)) this.#ended += 1;
    if (isTerminal(view) && task.targets === undefined) entry.final = view;
    else this.#follow(entry);
    return entry;
  }

  #learnTargets({ head: { uid, type }, targets = [] }: VirtualTask): void {
    for (const target of targets) {
      if (type === "taskCancelation") this.#cancelers.set(target, uid);
      else this.#forget(target);
    }
  }

  #forget(uid: number): void {
    const entry = this.#entries.get(uid);
    if (entry !== undefined) this.#open.delete(entry);
    this.#entries.delete(uid);
    this.#deleted.add(uid);
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
    this.#options.probe();
    const answers = await askNodesForTasks(entry.task.parts, this.#options);
    const parts = partsAmong(entry.task, answers);
    if (isTouchedByOthers(parts, this.#options)) await this.#learnNews();
    if (this.#deleted.has(entry.task.head.uid)) return this.#merge(entry, parts);
    await this.#forgoSilent(entry, parts, answers);
    const isSettled = await this.#settleReplicas(entry, parts, answers);
    if (entry.final === undefined) {
      const view = this.#merge(entry, parts);
      if (!isTerminal(view)) return view;
      entry.final = await this.#conclude(entry, view);
    }
    // Too few replicas may be left for a success while the others are undecided still: what they do, the rest owe.
    if (isSettled) this.#leave(entry);
    return entry.final;
  }

  #merge({ task, indebted }: Entry, parts: readonly TaskPart[]): JsonObject {
    const canceledBy = this.#cancelers.get(task.head.uid);
    const counted = parts.map((part) => ({
      ...{ ...part, task: this.#worded(part.task) },
      indebted: indebted.has(part.node),
    }));
    return mergeTask({
      head: canceledBy === undefined ? task.head : { ...task.head, canceledBy },
      parts: task.isPartial === true ? [...counted, { node: "", order: counted.length, task: null }] : counted,
      ...(task.shards && { shards: task.shards }),
      ...(task.copies !== undefined && {
        copies: task.change === undefined ? task.copies : copiesAmong(counted, task.copies),
      }),
    });
  }

  #worded(task: JsonObject | null): JsonObject | null {
    const { word } = this.#options;
    const error = task?.["error"];
    return task === null || word === undefined || !isObject(error) ? task : { ...task, error: word(error) };
  }

  async #conclude({ task }: Entry, view: JsonObject): Promise<JsonObject> {
    const final = await this.#countTargets(task, view);
    await task.onSettled?.(final);
    await this.#options.recorded?.(task.head.indexUid ?? "");
    this.#ended += 1;
    return final;
  }

  /** Follows a task no longer. */
  #leave(entry: Entry): void {
    entry.task = lean(entry.task);
    this.#open.delete(entry);
    this.#prune();
  }

  /** Nodes count their own tasks. One that every shard had applied already was not canceled. */
  async #countTargets({ head: { uid, type }, targets }: VirtualTask, view: JsonObject): Promise<JsonObject> {
    if (targets === undefined || view["status"] !== "succeeded") return view;
    const details = view["details"] as JsonObject;
    if (type !== "taskCancelation") return { ...view, details: { ...details, deletedTasks: targets.length } };
    const views = await Promise.all(targets.map((target) => this.view(target)));
    // One that was deleted since had ended, and nobody can tell any more how.
    const canceled = views.filter((target) => target === undefined || target["canceledBy"] === uid);
    return { ...view, details: { ...details, canceledTasks: canceled.length } };
  }

  /** Nodes that went away with a change in their queue are not waited for when all others have made it. */
  async #forgoSilent(
    { task: { head, change }, indebted }: Entry,
    parts: readonly TaskPart[],
    answers: ReadonlyMap<string, NodeAnswer>,
  ): Promise<void> {
    const { forgo, isSuspect } = this.#options;
    if (change === undefined || forgo === undefined) return;
    const found = findSilent(parts, { isKnown: (node) => answers.get(node) !== undefined, isSuspect });
    if (found === undefined || !(await forgo({ ...found, taskUid: head.uid, change }))) return;
    for (const node of found.silent) indebted.add(node);
  }

  /** Nodes that lost, failed or forgot the write while another replica holds it become indebted; false while that is open. */
  async #settleReplicas(
    { task, indebted }: Entry,
    parts: readonly TaskPart[],
    answers: ReadonlyMap<string, NodeAnswer>,
  ): Promise<boolean> {
    if (task.owe === undefined || task.isPartial === true) return true;
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
    const losses = findLosses(standings, { shards: task.shards ?? [], isOwed: task.isOwed });
    for (const { node: id, holders } of losses ?? []) {
      const node = nodesById.get(id);
      if (node === undefined || indebted.has(id)) continue;
      await task.owe(node, holders);
      indebted.add(id);
    }
    return losses !== undefined;
  }

  /** Forgets the oldest finished tasks beyond the limit. */
  #prune(): void {
    for (const [uid, entry] of this.#entries) {
      if (this.#entries.size <= this.#options.keep) return;
      if (entry.final !== undefined) this.#entries.delete(uid);
    }
  }
}

function partsAmong({ parts }: VirtualTask, answers: ReadonlyMap<string, NodeAnswer>): TaskPart[] {
  return parts.map(({ node, taskUid }, order) => ({
    node: node.id,
    order,
    task: answers.get(node.id)?.get(taskUid) ?? null,
  }));
}

/** Whether a note is all that is left of a task: its node tasks were deleted. */
function isGone({ parts, notes = [] }: VirtualTask, answers: OtherTask["answers"]): boolean {
  if (parts.length === 0 || notes.length === 0) return false;
  return parts.every(({ node, taskUid }) => answers.get(node.id)?.has(taskUid) === false);
}

/** Whether a node task was canceled, or is gone from a node that answers: another process may know why. */
function isTouchedByOthers(parts: readonly TaskPart[], { isSuspect }: TaskTrackerOptions): boolean {
  return parts.some(({ node, task }) => task?.["status"] === "canceled" || (task === null && !isSuspect(node)));
}

function isTerminal(view: JsonObject): boolean {
  return view["status"] !== "enqueued" && view["status"] !== "processing";
}

/** A finished task without what it took to finish it: what it might owe holds every id of the write. */
function lean({ owe: _owe, onSettled: _onSettled, shards: _shards, ...task }: VirtualTask): VirtualTask {
  return task;
}
