import type { Debt } from "../cluster/debt.ts";
import { topologyOf } from "../cluster/layout.ts";
import { requiredReplicas } from "../cluster/quorum.ts";
import type { Topology } from "../cluster/topology.ts";
import type { NodeInfo } from "../core/types.ts";
import type { TaskHead, TaskShard } from "../merge/tasks.ts";
import { encodeDigits } from "../routing/reserved.ts";
import { decodeShards } from "./shard-set.ts";
import type { FoundPart } from "./task-finder.ts";
import type { TaskNote } from "./task-note.ts";
import { timeOfTask } from "./task-uid.ts";
import type { NodeTaskRef, VirtualTask } from "./virtual-task.ts";

/** What a virtual task is put together with, beside what the nodes have of it. */
export interface RebuildContext {
  readonly topology: Topology;
  readonly nodesById: ReadonlyMap<string, NodeInfo>;
  readonly isSuspect: (node: string) => boolean;
  /** Every debt known. */
  readonly debts: readonly Debt[];
  /** Writes down debts. */
  record(debts: readonly Debt[]): Promise<void>;
  /** Whether its writer may still be sending it. */
  readonly isYoung: boolean;
}

/** Puts a virtual task of another process together from the node tasks that carry its notes; at least one. */
export function rebuildTask(uid: number, found: readonly FoundPart[], context: RebuildContext): VirtualTask {
  // Of a cancelation there are two notes: what it is about, and later the node tasks that make it.
  const note = found.find(({ note: { parts = {} } }) => Object.keys(parts).length > 0)?.note ?? found[0]?.note;
  if (note === undefined) throw new Error(`nothing was found of task ${uid}`);
  const head = headOf(uid, note);
  const copies = note.copies === undefined ? {} : { copies: note.copies };
  const named = [...new Set(found.flatMap(({ note: { targets = [] } }) => targets))];
  const targets = named.length === 0 ? {} : { targets: named };
  const refs = found.map(({ node, task }): NodeTaskRef => ({ node, taskUid: task["uid"] as number }));
  if (note.view !== undefined) return { head, parts: [], notes: refs, view: note.view };
  if (note.shards === undefined) {
    const change = note.change && { ...note.change, stamp: encodeDigits(note.change.stamp) };
    return { head, ...copies, ...targets, change, parts: listedParts(note, context), notes: refs };
  }
  return { head, ...copies, isMarked: true, parts: refs, ...rebuildWrite(note, found, context) };
}

function headOf(uid: number, { type, indexUid, details, distinct, customMetadata }: TaskNote): TaskHead {
  const isOfDocuments = type.startsWith("document");
  return {
    ...{ uid, indexUid, type, enqueuedAt: new Date(timeOfTask(uid)).toISOString() },
    // What the nodes say of other tasks is physical.
    ...(details === undefined && isOfDocuments ? {} : { details: details ?? {} }),
    ...(distinct === undefined ? {} : { distinct }),
    ...(customMetadata === undefined ? {} : { customMetadata }),
  };
}

function listedParts({ parts = {} }: TaskNote, { nodesById }: RebuildContext): NodeTaskRef[] {
  return Object.entries(parts).flatMap(([id, taskUids]) => {
    const node = nodesById.get(id);
    return node === undefined ? [] : taskUids.map((taskUid) => ({ node, taskUid }));
  });
}

type RebuiltWrite = Pick<VirtualTask, "shards" | "indebted" | "isPartial" | "isOwed" | "owe">;

function rebuildWrite(note: TaskNote, found: readonly FoundPart[], context: RebuildContext): RebuiltWrite {
  const { isYoung, isSuspect } = context;
  const topology = topologyOf(note, context.topology);
  const { of = topology.shards, epoch = topology.epoch } = note;
  const touched = decodeShards(note.shards ?? "*", of);
  const stamp = encodeDigits(note.stamp ?? "");
  const indebted = new Set(context.debts.filter((debt) => debt.stamp === stamp).map(({ node }) => node));
  const holders = new Set(found.map(({ node }) => node.id));
  const ownersOf = (shard: number) => topology.groups.flatMap(({ table }) => table[shard % topology.shards] ?? []);
  const shards = touched.map((shard): TaskShard => {
    const nodes = ownersOf(shard).filter((owner) => holders.has(owner) && !indebted.has(owner));
    const consistency = note.consistency ?? "quorum";
    const required = consistency === "all" ? nodes.length : requiredReplicas(topology.replicationFactor, consistency);
    return { nodes, required: Math.min(nodes.length, required) };
  });
  // Those that own the shards since were not asked.
  const asked = [...new Set(touched.flatMap(ownersOf))].filter(
    (owner) => epoch === topology.epoch || holders.has(owner),
  );
  const awaited = asked.filter((owner) => !indebted.has(owner) && !isSuspect(owner));
  const index = String(found[0]?.task["indexUid"]);
  return {
    shards,
    indebted: [...indebted],
    isOwed: indebted.size > 0,
    isPartial: isYoung && awaited.some((owner) => !isComplete(owner, found)),
    owe: async (node, others) => {
      if (isSuspect(node.id)) return; // its writer knows whether it is worth waiting for
      const isShared = (shard: number) => {
        return ownersOf(shard).some((owner) => owner !== node.id && (others.has(owner) || indebted.has(owner)));
      };
      const lost = touched.filter((shard) => ownersOf(shard).includes(node.id) && isShared(shard));
      // Which documents of a shard were written, only the writer knew.
      await context.record(lost.map((shard): Debt => ({ index, shard, of, node: node.id, ids: "all", stamp })));
    },
  };
}

/** Whether a node has every request that its writer meant to send it. */
function isComplete(owner: string, found: readonly FoundPart[]): boolean {
  const pieces = found.filter(({ node }) => node.id === owner).map(({ note }) => note.piece);
  return pieces.length > 0 && pieces.length >= (pieces[0]?.[1] ?? 1);
}
