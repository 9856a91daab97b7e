import type { NodeInfo } from "../core/types.ts";
import type { Operator } from "./operator.ts";

/** A task of a node did not succeed; the sentence says which and why. */
export class NodeTaskFailed extends Error {
  readonly node: NodeInfo;
  /** The sentence without the node. */
  readonly reason: string;

  constructor(node: NodeInfo, reason: string) {
    super(`node \`${node.id}\` (${node.url}) ${reason}`);
    this.name = "NodeTaskFailed";
    this.node = node;
    this.reason = reason;
  }
}

/** A task of a node that has to succeed. */
export interface NeededTask {
  readonly node: NodeInfo;
  readonly taskUid: number;
  /** What it does, as the object of a sentence: "a copy". */
  readonly what: string;
}

/**
 * Waits until a node's task has succeeded.
 * @throws NodeTaskFailed
 */
export async function untilSucceeded(
  operator: Operator,
  { node, taskUid, what }: NeededTask,
  signal: AbortSignal,
): Promise<void> {
  const { status, error } = await operator.waitForTask(node, taskUid, signal);
  if (status === "succeeded") return;
  throw new NodeTaskFailed(node, `${status} ${what}: ${error?.message ?? "it does not say why"}`);
}
