import { readNote } from "../../../src/tasks/task-note.ts";
import { HeldClock } from "../../../src/testing/embedded-node/held-clock.ts";
import { ApiError } from "../../../src/testing/embedded-node/http/api-error.ts";
import { handleRequest } from "../../../src/testing/embedded-node/http/handle-request.ts";
import type { EmbeddedRequest, EmbeddedResponse } from "../../../src/testing/embedded-node/http/message.ts";
import { Router } from "../../../src/testing/embedded-node/http/router.ts";
import { NodeState } from "../../../src/testing/embedded-node/node-state.ts";
import { ALL_ROUTES } from "../../../src/testing/embedded-node/routes/all-routes.ts";
import type { Chance } from "../kernel/chance.ts";
import type { History } from "../kernel/history.ts";
import type { Timeline } from "../kernel/timeline.ts";
import { isWrite } from "./is-write.ts";
import { ProcessClock } from "./process-clock.ts";

const ROUTER = new Router(ALL_ROUTES);
const PAYLOAD_LIMIT = 100_000_000;

/** Key of all nodes. */
export const MASTER_KEY = "simulated-master-key";

/** Something that changed a node's data. */
type Change =
  | { readonly kind: "request"; readonly atMs: number; readonly request: EmbeddedRequest }
  | { readonly kind: "task"; readonly atMs: number; readonly uid: number; readonly fails: boolean };

/** The data of a node as they were at some time: how many of its changes they have. */
export type NodeBackup = number;

/** What a node lives in. */
export interface NodeSurroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly history: History;
  /** Shortest and longest time of a task on a node to which nothing happens. */
  readonly usualTaskMs: readonly [number, number];
}

/**
 * A Meilisearch server: the embedded node's own request function, so that everything means what it means on the real
 * one, with a queue that works in virtual time and can be slow, fail, stand still and be lost.
 */
export class SimulatedNode {
  readonly id: string;
  readonly #surroundings: NodeSurroundings;
  readonly #clock: HeldClock;
  #state: NodeState;
  #changes: Change[] = [];
  #seeds = 0;
  #nextTask = 0;
  #isWorking = false;
  isUp = true;
  /** Raised whenever all connections break. */
  incarnation = 0;
  /** When it last lost data, in milliseconds since the beginning. */
  lostDataAtMs: number | undefined;
  /** Shortest and longest time that a task takes now. */
  taskMs: readonly [number, number];
  /** How often a task of documents fails after it was accepted. */
  failureRate = 0;
  /** Numbers of the virtual tasks of which a task failed here. */
  readonly failed = new Set<number>();
  /** When a task of a virtual task was last done here, by the virtual task's number, in milliseconds since the beginning. */
  readonly doneAtMs = new Map<number, number>();
  /** Crashes at the next write, before or after it was accepted. */
  crashAtWrite: "before" | "after" | undefined;

  constructor(id: string, surroundings: NodeSurroundings) {
    this.id = id;
    this.#surroundings = surroundings;
    this.taskMs = surroundings.usualTaskMs;
    const clock = new ProcessClock(surroundings.timeline);
    this.#clock = new HeldClock(() => clock.now());
    this.#state = this.#emptyState();
  }

  /** Answers a request at once; what it enqueued is worked off later. */
  handle(request: EmbeddedRequest): EmbeddedResponse {
    const { response, atMs } = this.#clock.hold(() => {
      return { response: handleRequest(this.#state, ROUTER, request), atMs: this.#clock.now() };
    });
    if (isWrite(request)) this.#changes.push({ kind: "request", atMs, request });
    if (request.method !== "GET" && response.status === 202) this.#work();
    return response;
  }

  /** Ends at once; what it accepted stays on its disk. */
  crash(): void {
    this.isUp = false;
    this.incarnation++;
  }

  restart(): void {
    this.isUp = true;
    this.#isWorking = false;
    this.#work();
  }

  /** Loses all that it ever had. */
  loseData(): void {
    this.#seeds++;
    this.restore(0);
  }

  /** The data as they are now. */
  backup(): NodeBackup {
    return this.#changes.length;
  }

  /** Has the data of an earlier time, and nothing that came later. */
  restore(backup: NodeBackup): void {
    this.#changes = this.#changes.slice(0, backup);
    this.#state = this.#emptyState();
    for (const change of this.#changes) this.#clock.hold(() => this.#repeat(change), change.atMs);
    this.#nextTask = 0;
    this.lostDataAtMs = this.#surroundings.timeline.nowMs;
  }

  #repeat(change: Change): void {
    if (change.kind === "request") handleRequest(this.#state, ROUTER, change.request);
    else this.#run(change);
  }

  /** Works as fast as ever. */
  speedUp(): void {
    this.taskMs = this.#surroundings.usualTaskMs;
  }

  /** Number of the last task that it was given. */
  get latestTask(): number {
    return (
      this.#read<{ readonly results: readonly { readonly uid: number }[] }>("/tasks", "limit=1")?.results[0]?.uid ?? -1
    );
  }

  /** A document as it lies here. */
  document<T>(index: string, id: string): T | undefined {
    return this.#read<T>(`/indexes/${index}/documents/${id}`);
  }

  /** All documents as they lie here. */
  documents<T>(index: string): readonly T[] {
    return this.#read<{ readonly results: readonly T[] }>(`/indexes/${index}/documents`, "limit=1000")?.results ?? [];
  }

  #read<T>(path: string, query = ""): T | undefined {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const { status, body } = this.handle({ method: "GET", path, query, headers, body: new Uint8Array() });
    return status === 200 ? (JSON.parse(body) as T) : undefined;
  }

  /** Whether every task that it accepted is done. */
  get isIdle(): boolean {
    return this.#nextWaiting() === undefined;
  }

  #emptyState(): NodeState {
    const uidSeed = `${this.id}/${this.#seeds}`;
    const settings = {
      masterKey: MASTER_KEY,
      payloadLimitBytes: PAYLOAD_LIMIT,
      taskDelayMs: () => 0,
      clock: this.#clock,
      uidSeed,
    };
    const state = this.#clock.hold(() => new NodeState(settings));
    state.tasks.stop();
    return state;
  }

  /** Takes the waiting tasks one after the other; each takes its time. */
  #work(): void {
    if (this.#isWorking || !this.isUp || this.#nextWaiting() === undefined) return;
    this.#isWorking = true;
    const { timeline, chance } = this.#surroundings;
    const { incarnation } = this;
    timeline.after(chance.between(...this.taskMs), () => {
      if (!this.isUp || this.incarnation !== incarnation) return;
      this.#isWorking = false;
      this.#workOff();
      this.#work();
    });
  }

  #workOff(): void {
    const uid = this.#nextWaiting();
    if (uid === undefined) return;
    const { chance, history } = this.#surroundings;
    const task = this.#state.tasks.get(uid);
    const isOfUser = task?.type.startsWith("document") === true && task.indexUid?.startsWith("miroir__") === false;
    const fails = isOfUser && chance.happens(this.failureRate);
    const change = { kind: "task", atMs: this.#clock.now(), uid, fails } as const;
    this.#changes.push(change);
    this.#run(change);
    const whole = readNote(task?.customMetadata)?.uid;
    if (fails && whole !== undefined) this.failed.add(whole);
    if (task?.status === "succeeded" && whole !== undefined)
      this.doneAtMs.set(whole, this.#surroundings.timeline.nowMs);
    if (fails) history.noteFault("task fails", `${this.id} task ${uid}`);
    else history.note(`${this.id} task ${uid} ${task?.type} ${task?.status}`);
  }

  #run({ uid, fails, atMs }: Extract<Change, { kind: "task" }>): void {
    const task = this.#state.tasks.get(uid);
    if (task === undefined) return;
    if (fails) task.plan = { ...task.plan, run: failTask };
    this.#state.tasks.runNow(uid, atMs);
  }

  #nextWaiting(): number | undefined {
    for (; ; this.#nextTask++) {
      const task = this.#state.tasks.get(this.#nextTask);
      if (task === undefined) return undefined;
      if (task.status === "enqueued") return task.uid;
    }
  }
}

function failTask(): never {
  throw new ApiError("internal", "No space left on device (os error 28)");
}
