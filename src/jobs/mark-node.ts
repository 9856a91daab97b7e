import type { Topology } from "../cluster/topology.ts";
import type { NodeInfo } from "../core/types.ts";
import { writeMarker } from "../execute/bootstrap.ts";
import type { Operator } from "../execute/operator.ts";
import { STATE_INDEX } from "../execute/state-index.ts";
import { untilSucceeded } from "../execute/task-success.ts";
import { nodeIndexes } from "./move/node-indexes.ts";

/** Says on a server that it is a node of a cluster whose state a store holds, and waits until it does. */
export async function markNode(
  operator: Operator,
  node: NodeInfo,
  { topology, signal }: { readonly topology: Topology; readonly signal: AbortSignal },
): Promise<void> {
  const indexes = await nodeIndexes(operator, node, signal);
  if (!indexes.some(({ uid }) => uid === STATE_INDEX)) {
    const body = { uid: STATE_INDEX, primaryKey: "id" };
    const call = { method: "POST", path: "indexes", body, unchecked: true, signal } as const;
    const { taskUid } = await operator.demand<{ taskUid: number }>(node, call);
    await untilSucceeded(operator, { node, taskUid, what: "the creation of its state index" }, signal);
  }
  await writeMarker(operator, node, { topology, keeper: "store", signal });
}
