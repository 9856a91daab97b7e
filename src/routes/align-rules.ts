import type { Matters } from "../cluster/missed.ts";
import { actionsOnNodes, type RuleRecord } from "../cluster/search-rule.ts";
import { sameJson } from "../cluster/settings/json-shape.ts";
import type { JsonValue } from "../core/types.ts";
import type { StoringTask } from "../execute/store-on-nodes.ts";
import { broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { partsOf } from "./enqueue.ts";

/** Name of the nodes' own index of search rules; tasks of rules show it. */
export const RULES_INDEX = ".meili_dsr";

/** What nodes are told of search rules. */
export interface AlignedRules {
  /** The node tasks that do it. */
  readonly parts: readonly StoringTask[];
  /** What a node must be given later that is not told. */
  readonly matters: Matters;
}

const NONE: AlignedRules = { parts: [], matters: [] };

/**
 * Tells the nodes the names that indexes have there now, for rules about an index that was swapped, renamed, deleted or
 * created again since. Rules are left alone where their feature was switched off.
 */
export async function alignRules(cluster: Cluster, call: CallOptions): Promise<AlignedRules> {
  const { rules, registry, operator } = cluster;
  const renamed = rules.list().flatMap((rule) => {
    const sent = actionsOnNodes(rule.actions, registry.rows);
    return sameJson(jsonOf(sent), jsonOf(rule.sent)) ? [] : [{ ...rule, sent }];
  });
  if (renamed.length === 0) return NONE;
  const matters = renamed.map(({ uid }) => ({ matter: "rules", name: uid }) as const);
  const { authorization } = operator;
  const result = await broadcast(cluster, {
    ...{ what: "Telling the nodes which indexes search rules are about", index: RULES_INDEX, call, signal: undefined },
    matters,
    requests: (node) =>
      renamed.map(({ uid, sent }) => ({
        ...{ node, method: "PATCH", path: `dynamic-search-rules/${uid}`, body: JSON.stringify({ actions: sent }) },
        ...(authorization === undefined ? {} : { authorization }),
      })),
  });
  if (result.kind === "refused") return NONE;
  await rules.put(...renamed.map((rule) => ({ ...rule, stamp: cluster.stamps.next(false) })));
  return { parts: partsOf(result.replies), matters };
}

function jsonOf(actions: RuleRecord["actions"]): JsonValue {
  return actions as unknown as JsonValue;
}
