import { MiroirError } from "../core/errors.ts";
import { STATE_INDEX } from "../execute/state-index.ts";
import { decodeDigits } from "../routing/reserved.ts";
import type { Clock } from "../util/clock.ts";
import { askNodesForTasks, type NodeAnswer } from "./node-tasks.ts";
import { type RebuildContext, rebuildTask } from "./rebuild.ts";
import { type FoundPart, TaskFinder, type TaskFinderOptions } from "./task-finder.ts";
import { type TaskNote, writeNote } from "./task-note.ts";
import { timeOfTask } from "./task-uid.ts";
import type { OtherTask, OtherTasks } from "./tracker.ts";
import type { NodeTaskRef, VirtualTask } from "./virtual-task.ts";

/** What {@link tasksOnNodes} works with. */
export interface TasksOnNodesOptions extends TaskFinderOptions, Pick<RebuildContext, "record"> {
  readonly clock: Clock;
  /** Every debt known, read from the nodes before. */
  readonly freshDebts: () => Promise<RebuildContext["debts"]>;
  /** Longest time that a write may take to be sent, in milliseconds. */
  readonly writeTimeoutMs: number;
}

/**
 * Shares virtual tasks through the nodes' own task lists: each node task of a write carries a note in its
 * `customMetadata`; the note about any other task is on a deletion of nothing from the state index. The lists show both
 * at once, keep them as long as the tasks themselves, and are trimmed by the node.
 */
export function tasksOnNodes(options: TasksOnNodesOptions): OtherTasks {
  const finder = new TaskFinder(options);
  return {
    async announce(task) {
      const notes = await Promise.all(notesOf(task).map((note) => leave(options, task.head.uid, note)));
      return notes.flat();
    },
    async find(uid) {
      const found = await finder.find(uid);
      return found.length === 0 ? undefined : (await rebuild(options, new Map([[uid, found]])))[0];
    },
    async news() {
      return rebuild(options, await finder.news());
    },
  };
}

/** Leaves a note on every node that can be asked; one is enough. */
async function leave(
  { operator, live, isSuspect }: TasksOnNodesOptions,
  uid: number,
  note: TaskNote,
): Promise<NodeTaskRef[]> {
  const query = new URLSearchParams({ customMetadata: writeNote(uid, note) });
  const path = `indexes/${STATE_INDEX}/documents/none`;
  const healthy = live.topology.nodes.filter(({ id }) => !isSuspect(id));
  const call = { method: "DELETE", path, query: query.toString() } as const;
  const sent = healthy.map(async (node): Promise<NodeTaskRef> => {
    const { taskUid } = await operator.demand<{ taskUid: number }>(node, call);
    return { node, taskUid };
  });
  const results = await Promise.allSettled(sent);
  const left = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (left.length > 0) return left;
  const message = "No node took the note by which other processes learn of the task. Send the call again.";
  const reason = results.find((result) => result.status === "rejected")?.reason;
  throw new MiroirError("miroir_store_unavailable", message, { status: 503, reason });
}

/** Targets that fit into one note. */
const TARGETS_PER_NOTE = 2000;

function notesOf({ head, parts, copies, targets = [], change, view }: VirtualTask): TaskNote[] {
  const { uid: _uid, enqueuedAt: _enqueuedAt, canceledBy: _canceledBy, error: _error, ...said } = head;
  const taskUidsByNode: Record<string, number[]> = {};
  for (const { node, taskUid } of parts) {
    const taskUids = taskUidsByNode[node.id];
    if (taskUids === undefined) taskUidsByNode[node.id] = [taskUid];
    else taskUids.push(taskUid);
  }
  const note: TaskNote = {
    ...said,
    ...(copies === undefined ? {} : { copies }),
    ...(change === undefined ? {} : { change: { ...change, stamp: decodeDigits(change.stamp) } }),
    ...(view === undefined ? { parts: taskUidsByNode } : { view }),
  };
  // What a cancelation is about is said before there is any node task of it, and not again.
  if (parts.length > 0 || targets.length === 0) return [note];
  const count = Math.ceil(targets.length / TARGETS_PER_NOTE);
  return Array.from({ length: count }, (_, at) => {
    return { ...note, targets: targets.slice(at * TARGETS_PER_NOTE, (at + 1) * TARGETS_PER_NOTE) };
  });
}

async function rebuild(
  options: TasksOnNodesOptions,
  foundByUid: ReadonlyMap<number, readonly FoundPart[]>,
): Promise<OtherTask[]> {
  if (foundByUid.size === 0) return [];
  const { clock, live, writeTimeoutMs } = options;
  const debts = await options.freshDebts();
  const rebuilt = [...foundByUid].map(([uid, found]) => {
    const isYoung = clock.now() - timeOfTask(uid) < 2 * writeTimeoutMs;
    return { task: rebuildTask(uid, found, { ...options, ...live.snapshot, debts, isYoung }), found };
  });
  const listed = rebuilt.filter(({ task }) => task.isMarked !== true);
  const answers = await askNodesForTasks(
    listed.flatMap(({ task }) => task.parts),
    options,
  );
  return rebuilt.map(({ task, found }) => ({ task, answers: task.isMarked === true ? seen(found) : answers }));
}

function seen(found: readonly FoundPart[]): Map<string, NodeAnswer> {
  const nodes = new Set(found.map(({ node }) => node.id));
  return new Map(
    [...nodes].map((id) => {
      const own = found.filter(({ node }) => node.id === id);
      return [id, new Map(own.map(({ task }) => [task["uid"] as number, task]))];
    }),
  );
}
