import type { NodeInfo } from "../../core/types.ts";
import type { NodeAnswer } from "../node-tasks.ts";
import type { NodeTaskRef } from "../virtual-task.ts";
import type { NotedWrite } from "./noted-write.ts";
import { PendingWrite } from "./pending-write.ts";

/** What {@link PendingWrites.poll} asks the nodes through. */
export interface NodePolling {
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
  /** Reads node tasks; the answers by node. */
  ask(parts: readonly NodeTaskRef[]): Promise<ReadonlyMap<string, NodeAnswer>>;
}

/** The writes that a session has to see, oldest first, and what is known of each. */
export class PendingWrites {
  readonly #byTask = new Map<number, PendingWrite>();
  /** Nodes that are being asked. */
  readonly #asking = new Map<string, Promise<void>>();
  /** Times that processes wrote, or may have written before the session was handed over. */
  #changes: number;
  /** After which of them a process has read the records that all share, by something that is the process's own. */
  readonly #known = new WeakMap<object, number>();
  /** Writes whose missing replicas a process has seen written down, by the same. */
  readonly #owed = new WeakMap<object, WeakSet<PendingWrite>>();

  /** @param writes of a session that was handed over; absent for a new one */
  constructor(writes?: readonly NotedWrite[]) {
    this.#changes = writes === undefined ? 0 : 1;
    for (const write of writes ?? []) this.#byTask.set(write.taskUid, new PendingWrite(write));
  }

  get size(): number {
    return this.#byTask.size;
  }

  list(): PendingWrite[] {
    return [...this.#byTask.values()];
  }

  /** Remembers a write that a process made itself, which has its records. */
  note(write: NotedWrite, process: object): void {
    const isNew = this.isNewTo(process);
    this.#byTask.set(write.taskUid, new PendingWrite(write));
    this.#changes += 1;
    if (!isNew) this.#known.set(process, this.#changes);
  }

  drop({ noted }: PendingWrite): void {
    this.#byTask.delete(noted.taskUid);
  }

  /**
   * Whether a process may not know which indexes there are since writes of the session, and who missed them. So it is with
   * writes that left the session, too.
   */
  isNewTo(process: object): boolean {
    return (this.#known.get(process) ?? 0) < this.#changes;
  }

  /** Says that a process has read all records, with work that began now. */
  async learn(process: object, reading: () => Promise<void>): Promise<void> {
    const changes = this.#changes;
    await reading();
    this.#known.set(process, Math.max(changes, this.#known.get(process) ?? 0));
  }

  /** Remembers whether a process sees the missing replicas of a write written down; answers whether it saw so before. */
  seeOwed(write: PendingWrite, isOwed: boolean, process: object): boolean {
    const owed = this.#owed.get(process) ?? new WeakSet();
    this.#owed.set(process, owed);
    const wasOwed = owed.has(write);
    if (isOwed) owed.add(write);
    return wasOwed;
  }

  /** Asks nodes for the tasks whose end is not known; resolves as soon as one of them answers. Calls side by side share the asking. */
  async poll({ nodesById, ask }: NodePolling): Promise<void> {
    const writes = this.list();
    for (const id of new Set(writes.flatMap(({ nodes }) => nodes))) {
      const node = nodesById.get(id);
      if (node === undefined || this.#asking.has(id)) continue;
      const refs = writes.flatMap((write) => write.openTasks(id).map((taskUid) => ({ node, taskUid })));
      if (refs.length > 0) this.#asking.set(id, this.#ask(writes, id, ask(refs)));
    }
    if (this.#asking.size > 0) await Promise.race(this.#asking.values());
  }

  async #ask(writes: readonly PendingWrite[], node: string, asked: ReturnType<NodePolling["ask"]>): Promise<void> {
    try {
      const answer = (await asked).get(node);
      for (const write of writes) if (write.openTasks(node).length > 0) write.learn(node, answer);
    } finally {
      this.#asking.delete(node);
    }
  }
}
