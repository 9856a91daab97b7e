import { effectOn, FIELDS, type Field, type Write } from "../workload/operation.ts";

/** When a store went back to earlier data, and until when nobody had put that right, in milliseconds since the beginning. */
export interface StoreLoss {
  readonly atMs: number;
  readonly untilMs: number;
}

/** What is known of the order of writes. */
export interface Promises {
  /** Every write so far. */
  readonly writes: readonly Write[];
  /** After so long processes know of each other's debts, in milliseconds. */
  readonly viewDelayMs: number;
  /** Longest time from the end of a call until all that it sent has landed, and what that led to is known, in milliseconds. */
  readonly landingMs: number;
  /** Longest time that a request is on its way, in milliseconds. */
  readonly carriedMs: number;
  /** Fewest nodes that ever held a document at once. */
  readonly fewestOwners: () => number;
  /** Where debts are kept: on the nodes that answer just then, or in a store. */
  readonly keeper: "nodes" | "store";
  /** When a process last read what a node keeps of the cluster, if it ever did, in milliseconds since the beginning. */
  recordsReadAtMs(process: string, node: string): number | undefined;
  /** What the store lost, if it did: what is owed, among others. */
  storeLoss(): StoreLoss | undefined;
  /** When a node lost data, if it did, in milliseconds since the beginning. */
  lostDataAtMs(node: string): number | undefined;
  /** Whether a node's task of a write failed, by the number of the write's own task. */
  hasFailed(node: string, taskUid: number | undefined): boolean;
  /** When a node had done a write, by the number of the write's own task; undefined when it has not. */
  doneAtMs(node: string, taskUid: number | undefined): number | undefined;
  /** The nodes that hold a document. */
  ownersOf(id: string): readonly string[];
}

/** Whether a document must show a write or a later one: it was acknowledged, and a replica that did so survives. */
export function isBinding(write: Write, id: string, promises: Promises): boolean {
  // An edit changes what is there when it is its turn; whether that is anything depends upon others.
  if (write.kind === "edit") return false;
  if (write.outcome !== "acknowledged" || write.failedAtMs !== undefined) return false;
  // Whether its tasks succeed, only its process would have followed.
  if (write.orphanedAtMs !== undefined) return false;
  const holders = holdersOf(write, id, promises);
  const isKept = holders.some((node) => (promises.lostDataAtMs(node) ?? -1) < write.calledAtMs);
  const isOver = isExposed(write, id, promises) || isBuiltOver(write, id, promises) || isForgotten(write, id, promises);
  return isKept && !isOver;
}

/**
 * Whether the store lost what it may have known of a write that not every replica did, or did before an earlier one that
 * came late: a recovery infers no deletes, and goes by the highest stamp, which is that of a partial update of whatever
 * was there.
 */
function isForgotten(write: Write, id: string, promises: Promises): boolean {
  const loss = promises.storeLoss();
  if (loss === undefined || write.calledAtMs > loss.untilMs) return false;
  if (doneByAllAtMs(write, id, promises) !== undefined && !isOvertaken(write, id, promises)) return false;
  const isPartial = (other: Write) => other.kind === "update" && other.ids.includes(id) && other.number > write.number;
  return effectOn(write, "text") === null || promises.writes.some(isPartial);
}

/** Whether a node that held a document did an earlier write of it after this one. */
function isOvertaken(write: Write, id: string, { writes, doneAtMs }: Promises): boolean {
  const earlier = writes.filter(({ ids, number }) => ids.includes(id) && number < write.number);
  return (write.ownersById.get(id) ?? []).some((node) => {
    const doneMs = doneAtMs(node, write.taskUid) ?? Number.POSITIVE_INFINITY;
    return earlier.some(({ taskUid }) => (doneAtMs(node, taskUid) ?? 0) > doneMs);
  });
}

/** Whether nobody may know now what is owed. */
export function isUncertain(atMs: number, { storeLoss, viewDelayMs }: Promises): boolean {
  const loss = storeLoss();
  return loss !== undefined && atMs >= loss.atMs && atMs <= loss.untilMs + viewDelayMs;
}

/** When every node that held a document had done a write of it; undefined when one has not. */
export function doneByAllAtMs(write: Write, id: string, { doneAtMs }: Promises): number | undefined {
  const owners = write.ownersById.get(id) ?? [];
  const times = owners.map((node) => doneAtMs(node, write.taskUid) ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...times);
  return owners.length > 0 && Number.isFinite(last) ? last : undefined;
}

function isDoneByAll(write: Write, promises: Promises): boolean {
  const owners = [...write.ownersById.values()].flat();
  const hasDone = (node: string) => {
    const isTaken = write.acknowledgedBy.includes(node) && !promises.hasFailed(node, write.taskUid);
    return isTaken && promises.doneAtMs(node, write.taskUid) !== undefined;
  };
  return write.outcome === "acknowledged" && owners.length > 0 && owners.every(hasDone);
}

/** The nodes that took a write and did it. */
function holdersOf(write: Write, id: string, { hasFailed }: Promises): string[] {
  const owners = write.ownersById.get(id) ?? [];
  return write.acknowledgedBy.filter((node) => owners.includes(node) && !hasFailed(node, write.taskUid));
}

/**
 * Whether a later partial update was taken only by nodes that failed this write, before anybody knew: one of the two is
 * lost, and the later one is kept.
 */
function isBuiltOver(write: Write, id: string, promises: Promises): boolean {
  return promises.writes.some((other) => {
    if (other.kind !== "update" || !other.ids.includes(id) || other.number < write.number) return false;
    const holders = holdersOf(other, id, promises);
    return holders.length > 0 && holders.every((node) => promises.hasFailed(node, write.taskUid));
  });
}

/**
 * Whether another process, which could not know what a replica owes of this write, took its word for one that others
 * missed: each of two replicas vouches for one of the writes then, and what is kept follows from two processes' clocks.
 */
function isExposed(write: Write, id: string, promises: Promises): boolean {
  // Whoever writes down a debt in a store is told of those that others wrote down before.
  if (promises.keeper === "store") return false;
  const isMissed = (some: Write) => holdersOf(some, id, promises).length !== some.ownersById.get(id)?.length;
  if (!isMissed(write)) return false;
  return promises.writes.some((other) => {
    const isTouching = other.kind === "delete by filter" || other.ids.includes(id);
    if (!isTouching || other.process === write.process || !isMissed(other)) return false;
    const isKnown = isBefore(write, other, promises) || isBefore(other, write, promises);
    return !isKnown || isKeptElsewhere(write, other, { id, promises });
  });
}

/** What is judged, by what is known. */
interface Judged {
  readonly id: string;
  readonly promises: Promises;
}

/** Whether what is owed of one write was kept on nodes that the other did not reach: a new process may not have either. */
function isKeptElsewhere(write: Write, other: Write, { id, promises }: Judged): boolean {
  if (promises.keeper === "store") return false;
  const others = holdersOf(other, id, promises);
  return !holdersOf(write, id, promises).some((node) => others.includes(node));
}

/** Whether a process can know by now which replicas missed a write of another: nodes keep that where it was taken. */
export function isAwareOf(process: string, write: Write, { id, promises }: Judged): boolean {
  if (process === write.process || promises.keeper === "store") return true;
  const holders = holdersOf(write, id, promises);
  if (holders.length === write.ownersById.get(id)?.length) return true;
  const shownAtMs = (write.settledAtMs ?? 0) + promises.viewDelayMs / 2;
  return holders.some((node) => (promises.recordsReadAtMs(process, node) ?? 0) >= shownAtMs);
}

/** Whether a write must show and no node that took it failed it later. */
export function isHeldByAll(write: Write, id: string, promises: Promises): boolean {
  const owners = write.ownersById.get(id) ?? [];
  const hasFailed = owners.some((node) => promises.hasFailed(node, write.taskUid));
  return isBinding(write, id, promises) && !hasFailed;
}

/** Whether a write can have no effect any more once another begins, whatever became of it. */
function isBefore(earlier: Write, later: Write, promises: Promises): boolean {
  const { viewDelayMs, landingMs, carriedMs, fewestOwners, keeper } = promises;
  // The writes of one process keep the order of its calls; nothing can undo a late landing on the only node, though.
  const isUndone = earlier.outcome === "acknowledged" || fewestOwners() > 1;
  if (earlier.process === later.process && isUndone) return earlier.number < later.number;
  if (earlier.endedAtMs === undefined) return false;
  const seenAtMs = Math.max(
    earlier.endedAtMs,
    earlier.settledAtMs ?? 0,
    earlier.failedAtMs ?? 0,
    earlier.orphanedAtMs ?? 0,
  );
  const isOver = earlier.outcome === "acknowledged" && earlier.orphanedAtMs === undefined;
  // What nobody missed needs nobody to know of anything; stamps go by one clock.
  const isWhole = keeper === "store" && isOver && isDoneByAll(later, promises);
  if (isWhole && earlier.endedAtMs + carriedMs < later.calledAtMs) return true;
  return seenAtMs + viewDelayMs + (isOver ? 0 : landingMs) < later.calledAtMs;
}

/**
 * Whether some order of the writes leaves this value in a field: it is one that a write put there, or none, and no write
 * among those that must show came later.
 */
export function isExplained(
  found: { readonly id: string; readonly field: Field; readonly value: string | null },
  writes: readonly Write[],
  rules: { readonly binding: readonly Write[]; readonly promises: Promises },
): boolean {
  const { field, value } = found;
  const deciding = rules.binding.filter((write) => effectOn(write, field) !== undefined);
  if (value === null && deciding.length === 0) return true;
  return writes.some((write) => {
    if (effectOn(write, field) !== value) return false;
    return !deciding.some((other) => other !== write && isBefore(write, other, rules.promises));
  });
}

/**
 * Whether replicas may differ in a document for good: writes of several processes met, or one that nobody followed was
 * among them, and no write that all agree upon came after.
 */
export function mayDiffer(id: string, writes: readonly Write[], promises: Promises): boolean {
  const isWhole = (write: Write) => FIELDS.every((field) => effectOn(write, field) !== undefined);
  const settling = writes.filter((write) => isWhole(write) && isBinding(write, id, promises));
  const isOver = (write: Write) => settling.some((other) => other !== write && isBefore(write, other, promises));
  const open = writes.filter((write) => !isOver(write));
  if (open.some(({ orphanedAtMs }) => orphanedAtMs !== undefined)) return true;
  return open.some((a) => open.some((b) => !(a === b || isBefore(a, b, promises) || isBefore(b, a, promises))));
}
