import type { JsonObject, NodeInfo } from "../core/types.ts";
import { OperatorCallFailed } from "../execute/operator.ts";
import type { LiveTopology } from "../execute/view/live-topology.ts";
import { listTasks, type NodeTaskReading } from "./node-tasks.ts";
import { readNote, type TaskNote } from "./task-note.ts";
import { timeOfTask } from "./task-uid.ts";

/** A node's task with a note about the virtual task it belongs to. */
export interface FoundPart {
  readonly node: NodeInfo;
  readonly task: JsonObject;
  readonly note: TaskNote;
}

/** What a {@link TaskFinder} works with. */
export interface TaskFinderOptions extends NodeTaskReading {
  readonly live: LiveTopology;
  /** Virtual tasks whose parts are remembered, at most. */
  readonly keep: number;
}

/** Kinds of node tasks that can carry a note. */
const NOTED_TYPES = "types=documentAdditionOrUpdate,documentEdition,documentDeletion";

/** Tasks read in one request. */
const PAGE = 1000;

/** Times around that of a number in which its node tasks are looked for, in milliseconds: before, after. */
const WINDOWS = [
  [2000, 60_000],
  [600_000, 1_800_000],
] as const;

/** Finds the virtual tasks of other processes by the notes in the nodes' task lists. */
export class TaskFinder {
  readonly #options: TaskFinderOptions;
  readonly #parts = new Map<number, FoundPart[]>();
  /** Highest task read of each node. */
  readonly #read = new Map<string, number>();
  #changed = new Set<number>();

  constructor(options: TaskFinderOptions) {
    this.#options = options;
  }

  /** The node tasks of a virtual one, looked for around the time that its number tells; none when there is no such task. */
  async find(uid: number): Promise<FoundPart[]> {
    for (const [beforeMs, afterMs] of WINDOWS) {
      const timeMs = timeOfTask(uid);
      const window = new URLSearchParams({
        afterEnqueuedAt: new Date(timeMs - beforeMs).toISOString(),
        beforeEnqueuedAt: new Date(timeMs + afterMs).toISOString(),
      });
      const found = await this.#onEveryNode((node) => this.#findOnNode(node, uid, `${window}`));
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Reads what is new on the nodes, one call at a time; answers all parts of each virtual task of which any is, oldest first. */
  async news(): Promise<Map<number, readonly FoundPart[]>> {
    await this.#readNew();
    const changed = [...this.#changed].sort((a, b) => a - b);
    this.#changed = new Set();
    return new Map(changed.map((uid) => [uid, this.#parts.get(uid) ?? []]));
  }

  async #readNew(): Promise<void> {
    const found = await this.#onEveryNode((node) => this.#readNode(node));
    for (const part of found) {
      const uid = readNote(part.task["customMetadata"])?.uid ?? 0;
      const parts = this.#parts.get(uid);
      if (parts === undefined) this.#parts.set(uid, [part]);
      else parts.push(part);
      this.#changed.add(uid);
    }
    const surplus = this.#parts.size - this.#options.keep;
    if (surplus <= 0) return;
    for (const uid of [...this.#parts.keys()].sort((a, b) => a - b).slice(0, surplus)) {
      this.#parts.delete(uid);
      this.#changed.delete(uid);
    }
  }

  /** The newest tasks at first, as many as are kept; later on what came after them. */
  async #readNode(node: NodeInfo): Promise<FoundPart[]> {
    const newest = this.#read.get(node.id);
    const order = newest === undefined ? "" : "&reverse=true";
    const pages = Math.ceil(this.#options.keep / PAGE);
    const found: FoundPart[] = [];
    let from = newest === undefined ? undefined : newest + 1;
    for (let page = 0; page < pages || newest !== undefined; page++) {
      const cursor = from === undefined ? "" : `&from=${from}`;
      const { results, next } = await listTasks(this.#options, node, `${NOTED_TYPES}${order}${cursor}&limit=${PAGE}`);
      for (const task of results) {
        this.#read.set(node.id, Math.max(this.#read.get(node.id) ?? -1, task["uid"] as number));
        found.push(...toPart(node, task));
      }
      if (next === null) break;
      from = next;
    }
    if (!this.#read.has(node.id)) this.#read.set(node.id, -1);
    return found;
  }

  async #findOnNode(node: NodeInfo, uid: number, window: string): Promise<FoundPart[]> {
    const found: FoundPart[] = [];
    for (let from = ""; ; ) {
      const query = `${NOTED_TYPES}&${window}&reverse=true&limit=${PAGE}${from}`;
      const { results, next } = await listTasks(this.#options, node, query);
      const own = results.filter((task) => readNote(task["customMetadata"])?.uid === uid);
      found.push(...own.flatMap((task) => toPart(node, task)));
      if (next === null) return found;
      from = `&from=${next}`;
    }
  }

  /** Nodes that cannot be asked have nothing to add; another replica may. */
  async #onEveryNode(read: (node: NodeInfo) => Promise<FoundPart[]>): Promise<FoundPart[]> {
    const { live, isSuspect, observe } = this.#options;
    const asked = live.topology.nodes.filter(({ id }) => !isSuspect(id));
    const found = asked.map((node) =>
      read(node).catch((error: unknown) => {
        if (!(error instanceof OperatorCallFailed)) throw error;
        observe(node.id, error.outcome);
        return [];
      }),
    );
    return (await Promise.all(found)).flat();
  }
}

function toPart(node: NodeInfo, task: JsonObject): FoundPart[] {
  const found = readNote(task["customMetadata"]);
  return found === undefined ? [] : [{ node, task, note: found.note }];
}
