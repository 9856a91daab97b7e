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
  /** Tasks whose records and debts a process has, by something that is the process's own. */
  readonly #learned = new WeakMap<object, Set<number>>();

  constructor(writes: readonly NotedWrite[]) {
    for (const write of writes) this.#byTask.set(write.taskUid, new PendingWrite(write));
  }

  /** Remembers a write that a process made itself, which has its records. */
  note(write: NotedWrite, process: object): void {
    const pending = new PendingWrite(write);
    this.#byTask.set(write.taskUid, pending);
    this.learned([pending], process);
  }

  get size(): number {
    return this.#byTask.size;
  }

  list(): PendingWrite[] {
    return [...this.#byTask.values()];
  }

  /** Writes of which a process may not know which index they went to, and who missed them. */
  newTo(process: object): PendingWrite[] {
    const known = this.#learned.get(process);
    return this.list().filter(({ noted }) => known?.has(noted.taskUid) !== true);
  }

  /** Says that a process has read all records since these were made. */
  learned(writes: readonly PendingWrite[], process: object): void {
    const known = this.#learned.get(process) ?? new Set();
    for (const { noted } of writes) known.add(noted.taskUid);
    this.#learned.set(process, known);
  }

  /** Forgets a write. */
  drop({ noted }: PendingWrite, process: object): void {
    this.#byTask.delete(noted.taskUid);
    this.#learned.get(process)?.delete(noted.taskUid);
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
