import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Outcome } from "../execute/attempt.ts";
import { type Operator, OperatorCallFailed } from "../execute/operator.ts";
import type { NodeTaskRef } from "./virtual-task.ts";

/** What {@link askNodesForTasks} works with. */
export interface NodeTaskReading {
  readonly operator: Operator;
  readonly isSuspect: (node: string) => boolean;
  /** Told of calls that failed: in an idle application nobody else would notice that a node is down. */
  readonly observe: (node: string, outcome: Outcome) => void;
  /** Longest wait for one node, in milliseconds. */
  readonly timeoutMs: number;
}

/** A node's tasks by number: `undefined` when the node could not be asked, which is told from one that forgot them. */
export type NodeAnswer = ReadonlyMap<number, JsonObject> | undefined;

/** Most tasks asked for by number in one request: the numbers are in its address. */
const NUMBERS_PER_REQUEST = 1000;

/** Reads tasks by number, all nodes side by side; the answers by node. */
export async function askNodesForTasks(
  parts: readonly NodeTaskRef[],
  reading: NodeTaskReading,
): Promise<Map<string, NodeAnswer>> {
  const uidsByNode = new Map<NodeInfo, number[]>();
  for (const { node, taskUid } of parts) {
    const uids = uidsByNode.get(node);
    if (uids === undefined) uidsByNode.set(node, [taskUid]);
    else uids.push(taskUid);
  }
  const asked = [...uidsByNode].map(async ([node, uids]) => [node.id, await askNode(node, uids, reading)] as const);
  return new Map(await Promise.all(asked));
}

async function askNode(node: NodeInfo, uids: readonly number[], reading: NodeTaskReading): Promise<NodeAnswer> {
  if (reading.isSuspect(node.id)) return undefined;
  const known = new Map<number, JsonObject>();
  try {
    for (let at = 0; at < uids.length; at += NUMBERS_PER_REQUEST) {
      const chunk = uids.slice(at, at + NUMBERS_PER_REQUEST);
      const query = `uids=${chunk.join(",")}&limit=${chunk.length}`;
      const { results } = await listTasks(reading, node, query);
      for (const task of results) known.set(task["uid"] as number, task);
    }
    return known;
  } catch (error) {
    if (error instanceof OperatorCallFailed) reading.observe(node.id, error.outcome);
    return undefined;
  }
}

/** A page of a node's own task list. */
export function listTasks(
  { operator, timeoutMs }: Pick<NodeTaskReading, "operator" | "timeoutMs">,
  node: NodeInfo,
  query: string,
): Promise<{ results: JsonObject[]; next: number | null }> {
  return operator.demand(node, { method: "GET", path: "tasks", query, timeoutMs });
}
