import type { NodeInfo } from "../core/types.ts";
import type { Operator } from "./operator.ts";

/** A version of the settings of an index of the nodes. */
export interface SettingsVersion {
  readonly index: string;
  readonly version: number;
}

/** Which nodes have applied which settings, as far as somebody wanted to know. */
export class AppliedSettings {
  readonly #operator: Pick<Operator, "demand">;
  readonly #highest = new Map<string, number>();

  constructor(operator: Pick<Operator, "demand">) {
    this.#operator = operator;
  }

  /** Whether a node that accepted this version has nothing left to do for it; false when it does not say. */
  async isApplied(node: NodeInfo, { index, version }: SettingsVersion): Promise<boolean> {
    const key = `${node.id}/${index}`;
    if ((this.#highest.get(key) ?? 0) >= version) return true;
    const query = `indexUids=${index}&types=settingsUpdate,indexCreation&statuses=enqueued,processing&limit=1`;
    const open = await this.#operator
      .demand<{ total: number }>(node, { method: "GET", path: "tasks", query })
      .catch(() => undefined);
    if (open?.total !== 0) return false;
    this.#highest.set(key, version);
    return true;
  }
}
