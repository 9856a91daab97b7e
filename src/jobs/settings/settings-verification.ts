import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import { sameJson } from "../../cluster/settings/json-shape.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { readSettings, restoreSettings, type ShownSettings } from "../../execute/node-settings.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { type AbsentNode, findNodes } from "../find-nodes.ts";
import { settle } from "../settle.ts";

/** A node whose settings of an index are not what they should be. */
export interface SettingsDrift {
  readonly node: string;
  /** Names of the settings. */
  readonly settings: readonly string[];
  /** Whether the node has what it should have since. */
  readonly isRepaired: boolean;
  /** Why it could not be repaired, in the node's words. */
  readonly failure?: string;
}

/** What became of one index. */
export interface IndexDrift {
  readonly uid: string;
  readonly drifts: readonly SettingsDrift[];
  readonly absent: readonly AbsentNode[];
  /** Whether the settings were changed so often that nothing could be judged. */
  readonly isUnsettled: boolean;
}

/** What the verification of one index's settings works with. */
export interface SettingsContext {
  readonly cluster: Cluster;
  /** Logical uid. */
  readonly uid: string;
  readonly signal: AbortSignal;
  readonly isRepairing: boolean;
}

/** What a node shows, and what of it is wrong. */
interface Look extends ShownSettings {
  readonly node: NodeInfo;
}

/** Looks at settings that are changed in between before nothing more is said of them. */
const MOST_LOOKS = 4;

/**
 * Compares one index's settings on every node. A change is in the registry a moment after the nodes were told of it: a
 * drift counts when two looks show it, between which every change settled and none came.
 */
export class SettingsVerification {
  readonly #context: SettingsContext;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  async run(): Promise<IndexDrift> {
    const { cluster, uid, signal } = this.#context;
    let row = await cluster.registry.findNow(uid);
    if (row === undefined) return { uid, drifts: [], absent: [], isUnsettled: false }; // deleted meanwhile
    const { nodes, absent } = await findNodes(cluster, physicalUid(row), signal);
    let before = await this.#look(row, nodes);
    for (let looks = 1; before.length > 0 && looks < MOST_LOOKS; looks++) {
      await settle(cluster, nodes, signal);
      const now = await cluster.registry.findNow(uid);
      if (now === undefined) return { uid, drifts: [], absent, isUnsettled: false };
      const after = await this.#look(now, nodes);
      const isCalm = now.stamp === row.stamp && sameJson(shownBy(before), shownBy(after));
      if (isCalm) return { uid, drifts: await this.#judge(now, after), absent, isUnsettled: false };
      [row, before] = [now, after];
    }
    return { uid, drifts: [], absent, isUnsettled: before.length > 0 };
  }

  /** The nodes that differ from a row. */
  async #look(row: IndexRow, nodes: readonly NodeInfo[]): Promise<Look[]> {
    const { cluster, signal } = this.#context;
    const looks = await Promise.all(
      nodes.map(async (node) => {
        return { node, ...(await readSettings({ cluster, row, node, signal })) };
      }),
    );
    return looks.filter(({ differing }) => differing.length > 0);
  }

  #judge(row: IndexRow, looks: readonly Look[]): Promise<SettingsDrift[]> {
    return Promise.all(
      looks.map(async (look) => {
        const drift = { node: look.node.id, settings: look.differing };
        return { ...drift, ...(this.#context.isRepairing ? await this.#repair(row, look) : { isRepaired: false }) };
      }),
    );
  }

  /** Settings that were changed while the node was told go to it again: what it was told may be the former ones. */
  async #repair(row: IndexRow, look: Look): Promise<Pick<SettingsDrift, "isRepaired" | "failure">> {
    const { cluster, uid, signal } = this.#context;
    let [current, drifted] = [row, look];
    for (let looks = 1; looks < MOST_LOOKS; looks++) {
      const on = { cluster, row: current, node: look.node, signal };
      const failure = await restoreSettings(on, drifted);
      if (failure !== undefined) return { isRepaired: false, failure };
      const now = (await cluster.registry.findNow(uid)) ?? current;
      const [left] = await this.#look(now, [look.node]);
      if (left === undefined) return { isRepaired: true };
      [current, drifted] = [now, left];
    }
    return { isRepaired: false };
  }
}

function shownBy(looks: readonly Look[]): JsonObject {
  return Object.fromEntries(looks.map(({ node, found, differing }) => [node.id, { found, differing: [...differing] }]));
}
