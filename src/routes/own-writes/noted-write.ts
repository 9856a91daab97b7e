import type { Meta } from "../../core/meta.ts";
import type { NotedWrite, TasksByNode } from "../../tasks/own-writes/noted-write.ts";
import type { NodeTaskRef, VirtualTask } from "../../tasks/virtual-task.ts";
import { RULES_INDEX } from "../align-rules.ts";
import type { Cluster } from "../cluster.ts";

/** Tasks that change nothing a read shows. */
const UNSEEN = new Set(["taskCancelation", "taskDeletion", "dumpCreation", "snapshotCreation", "indexCompaction"]);

/** What a session has to know of a write that this process made; undefined when reads show nothing of it. */
export function notedWrite(cluster: Cluster, taskUid: number, meta: Meta | undefined): NotedWrite | undefined {
  const task = cluster.tasks.own(taskUid);
  if (task === undefined || UNSEEN.has(task.head.type)) return undefined;
  const { head, index, touched, isMarked, parts } = task;
  const { rules, registry } = cluster;
  const rows = head.indexUid === RULES_INDEX ? rules.storing : registry.storing(head.indexUid ?? "");
  if (parts.length === 0 && rows.length === 0) return undefined;
  const missed = touched === undefined ? nodesWithout(cluster, task) : (meta?.write?.indebted ?? []);
  return {
    taskUid,
    ...(index !== undefined && { index }),
    ...touched,
    ...(isMarked === true && { isMarked }),
    parts: byNode(parts),
    ...(rows.length > 0 && { rows: byNode(rows) }),
    ...(missed.length > 0 && { missed }),
  };
}

/** Nodes that a change of an index did not reach; all others made it. */
function nodesWithout({ topology }: Cluster, { index, parts }: VirtualTask): string[] {
  if (index === undefined) return [];
  const makers = new Set(parts.map(({ node }) => node.id));
  return topology.nodes.flatMap(({ id }) => (makers.has(id) ? [] : [id]));
}

function byNode(refs: readonly NodeTaskRef[]): TasksByNode {
  const tasks: Record<string, number[]> = {};
  for (const { node, taskUid } of refs) {
    const known = tasks[node.id];
    if (known === undefined) tasks[node.id] = [taskUid];
    else known.push(taskUid);
  }
  return tasks;
}
