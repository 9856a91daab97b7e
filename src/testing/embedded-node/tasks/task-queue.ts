import { EngineError } from "../engine/contract.ts";
import type { HeldClock } from "../held-clock.ts";
import { ApiError, errorBody } from "../http/api-error.ts";
import { batchStrategy } from "./batch-strategy.ts";
import type { Batch, Task, TaskPlan, TaskType } from "./task.ts";

/** Types that are taken before everything else, most urgent first, and without the delay. */
const URGENT: readonly TaskType[] = ["taskCancelation", "taskDeletion", "snapshotCreation", "dumpCreation"];

/** How a queue behaves. */
export interface TaskQueueOptions {
  /** How long the next batch stays in `processing` before its work is done. */
  delayMs(): number;
  readonly clock: HeldClock;
}

/** The node's tasks: handed out a number at once, worked off one at a time in the background. */
export class TaskQueue {
  readonly #options: TaskQueueOptions;
  readonly #taskByUid = new Map<number, Task>();
  readonly #batchByUid = new Map<number, Batch>();
  #nextTaskUid = 0;
  #nextBatchUid = 0;
  #current: Batch | undefined;
  /** Waiting tasks by urgency, in order of arrival. */
  readonly #waiting: readonly Set<Task>[] = Array.from({ length: URGENT.length + 1 }, () => new Set<Task>());
  #cancelTurn: (() => void) | undefined;
  #stopped = false;
  #finished: (task: Task) => void = () => {};

  constructor(options: TaskQueueOptions) {
    this.#options = options;
  }

  /** Takes a task in; its work begins after the current turn of the event loop. */
  enqueue(plan: TaskPlan): Task {
    const task: Task = {
      uid: this.#nextTaskUid,
      type: plan.type,
      indexUid: plan.indexUid,
      ...(plan.customMetadata === undefined ? {} : { customMetadata: plan.customMetadata }),
      enqueuedAt: this.#options.clock.now(),
      plan,
      status: "enqueued",
      batchUid: null,
      canceledBy: null,
      details: plan.details,
      error: null,
      startedAt: null,
      finishedAt: null,
    };
    this.#nextTaskUid += 1;
    this.#taskByUid.set(task.uid, task);
    this.#waiting[urgency(task)]?.add(task);
    if (plan.type === "taskCancelation") this.#interrupt();
    this.#schedule();
    return task;
  }

  get(uid: number): Task | undefined {
    return this.#taskByUid.get(uid);
  }

  /** Every task, oldest first. */
  tasks(): Task[] {
    return [...this.#taskByUid.values()];
  }

  /** Every batch that still has tasks, oldest first. */
  batches(): Batch[] {
    return [...this.#batchByUid.values()].filter((batch) => batch.tasks.some((task) => this.#taskByUid.has(task.uid)));
  }

  /** Whether a task of the index is being worked on. */
  isProcessing(indexUid: string): boolean {
    return this.#current?.tasks.some((task) => task.indexUid === indexUid) === true;
  }

  /** Ends waiting tasks; tasks that are over stay as they are. Answers how many were ended. */
  cancel(tasks: readonly Task[], canceler: Task): number {
    const waiting = tasks.filter((task) => task.status === "enqueued" && task.uid < canceler.uid);
    const batch = canceler.batchUid === null ? undefined : this.#batchByUid.get(canceler.batchUid);
    for (const task of waiting) {
      this.#finish(task, "canceled");
      task.canceledBy = canceler.uid;
      task.batchUid = canceler.batchUid;
      task.startedAt = canceler.startedAt;
      batch?.tasks.push(task);
    }
    return waiting.length;
  }

  /** Forgets tasks that are over. Answers how many were forgotten. */
  forget(tasks: readonly Task[]): number {
    const over = tasks.filter((task) => task.finishedAt !== null);
    for (const task of over) this.#taskByUid.delete(task.uid);
    return over.length;
  }

  /** Stops taking work; what waits keeps waiting until `start`. */
  stop(): void {
    this.#stopped = true;
    this.#interrupt();
  }

  /** Goes on with what waits. */
  start(): void {
    this.#stopped = false;
    this.#schedule();
  }

  /** Works off one waiting task at once, even when stopped and out of turn. */
  runNow(uid: number, startedAt: number): void {
    this.#options.clock.hold(() => this.#begin(this.#taskByUid.get(uid)), startedAt);
    this.#complete();
  }

  /** Calls back each time a task was worked off. */
  onFinished(listener: (task: Task) => void): void {
    this.#finished = listener;
  }

  #schedule(): void {
    if (this.#stopped || this.#cancelTurn !== undefined || this.#next() === undefined) return;
    const turn = setImmediate(() => this.#turn());
    this.#cancelTurn = () => clearImmediate(turn);
  }

  #turn(): void {
    this.#begin();
    const finish = (): void => {
      this.#cancelTurn = undefined;
      this.#complete();
      this.#schedule();
    };
    const task = this.#current?.tasks[0];
    const delayMs = task === undefined || urgency(task) < URGENT.length ? 0 : this.#options.delayMs();
    if (delayMs === 0) {
      finish();
      return;
    }
    const delay = setTimeout(finish, delayMs);
    this.#cancelTurn = () => clearTimeout(delay);
  }

  #next(): Task | undefined {
    for (const tasks of this.#waiting) for (const task of tasks) return task;
    return undefined;
  }

  #begin(task = this.#next()): void {
    if (task === undefined) return;
    this.#waiting[urgency(task)]?.delete(task);
    task.status = "processing";
    task.startedAt = this.#options.clock.now();
    task.batchUid = this.#nextBatchUid;
    this.#nextBatchUid += 1;
    this.#current = {
      uid: task.batchUid,
      tasks: [task],
      startedAt: task.startedAt,
      strategy: batchStrategy(task),
      finishedAt: null,
    };
    this.#batchByUid.set(task.batchUid, this.#current);
  }

  #complete(): void {
    const batch = this.#current;
    const task = batch?.tasks[0];
    this.#current = undefined;
    if (batch === undefined || task === undefined) return;
    this.#options.clock.hold(() => {
      this.#run(task);
      batch.finishedAt = task.finishedAt;
      this.#finished(task);
    });
  }

  #run(task: Task): void {
    try {
      const details = task.plan.run(task);
      this.#finish(task, "succeeded");
      task.details = details;
    } catch (cause) {
      this.#finish(task, "failed");
      task.error = taskError(cause);
    }
  }

  /** Puts the task at work back into the queue; its batch never was. */
  #interrupt(): void {
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    const batch = this.#current;
    this.#current = undefined;
    if (batch === undefined) return;
    this.#batchByUid.delete(batch.uid);
    this.#nextBatchUid = batch.uid;
    for (const task of batch.tasks) this.#putBack(task);
  }

  /** In front of those that arrived later. */
  #putBack(task: Task): void {
    Object.assign(task, { status: "enqueued", startedAt: null, batchUid: null });
    const waiting = this.#waiting[urgency(task)];
    const others = [...(waiting ?? [])];
    waiting?.clear();
    for (const other of [task, ...others]) waiting?.add(other);
  }

  #finish(task: Task, status: "succeeded" | "failed" | "canceled"): void {
    this.#waiting[urgency(task)]?.delete(task);
    task.status = status;
    task.finishedAt = this.#options.clock.now();
    if (status !== "succeeded") task.details = task.plan.abandoned ?? task.plan.details;
    task.plan = { type: task.type, indexUid: task.indexUid, run: () => task.details };
  }
}

function urgency(task: Task): number {
  const rank = URGENT.indexOf(task.type);
  return rank === -1 ? URGENT.length : rank;
}

function taskError(cause: unknown): ReturnType<typeof errorBody> {
  if (cause instanceof ApiError) return cause.body;
  if (cause instanceof EngineError) return errorBody(cause.code, cause.message);
  return errorBody("internal", cause instanceof Error ? cause.message : String(cause));
}
