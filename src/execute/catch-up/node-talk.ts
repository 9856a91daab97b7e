import type { NodeInfo } from "../../core/types.ts";
import type { Operator, OperatorCall } from "../operator.ts";

/** Who talks to a node, and until when. */
export interface NodeTalk {
  readonly operator: Operator;
  readonly signal: AbortSignal;
}

/**
 * Has a node do something that it makes a task of, and waits until it did.
 * @throws Error in the node's words when the task does not succeed
 */
export async function perform({ operator, signal }: NodeTalk, node: NodeInfo, call: OperatorCall): Promise<void> {
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, { ...call, signal });
  const { status, error } = await operator.waitForTask(node, taskUid, signal);
  if (status === "succeeded") return;
  throw new Error(`node \`${node.id}\` did not do ${call.method} ${call.path}: ${error?.message ?? status}`);
}
