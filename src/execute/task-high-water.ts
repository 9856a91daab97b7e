import type { NodeInfo } from "../core/types.ts";

/** Highest task number seen at each node; a node that kept its history never falls below it. */
export class TaskHighWater {
  readonly #highest = new Map<string, number>();

  learn(node: NodeInfo, taskUid: number): void {
    this.#highest.set(node.id, Math.max(this.of(node), taskUid));
  }

  /** -1 when none was seen. */
  of(node: NodeInfo): number {
    return this.#highest.get(node.id) ?? -1;
  }
}
