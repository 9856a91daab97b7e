import type { RuleRecord } from "../../../cluster/search-rule.ts";
import { ruleView } from "../../../cluster/search-rule.ts";
import { sameJson } from "../../../cluster/settings/json-shape.ts";
import type { JsonObject } from "../../../core/types.ts";
import { untilSucceeded } from "../../../execute/task-success.ts";
import type { NewNode } from "./require-fit.ts";

/** Gives a node the dynamic search rules of the cluster, as the other nodes have them, and takes those away that it should not have. */
export async function alignRulesOf(newcomer: NewNode): Promise<void> {
  const { cluster } = newcomer;
  // Of rules of equal precedence the one created first comes first.
  const wanted = cluster.rules.list().sort((a, b) => (a.createdStamp < b.createdStamp ? -1 : 1));
  const shown = await listRules(newcomer);
  if (shown === undefined && wanted.length === 0) return; // the feature is off
  const known = new Map((shown ?? []).map((rule) => [String(rule["uid"]), rule]));
  const isSame = (rule: RuleRecord) => sameJson(contentOf(known.get(rule.uid) ?? {}), sentOf(rule));
  const stale = wanted.filter((rule) => !isSame(rule));
  const uids = new Set(wanted.map(({ uid }) => uid));
  const gone = [...known.keys()].filter((uid) => !uids.has(uid) || stale.some((rule) => rule.uid === uid));
  for (const uid of gone) await change(newcomer, { method: "DELETE", uid });
  for (const rule of stale) await change(newcomer, { method: "PATCH", uid: rule.uid, body: sentOf(rule) });
}

/** What a node is told of a rule, with its names of the indexes. */
function sentOf(rule: RuleRecord): JsonObject {
  return contentOf(ruleView({ ...rule, actions: rule.sent }));
}

function contentOf({ uid: _, lastUpdatedAt: __, ...content }: JsonObject): JsonObject {
  return content;
}

/** `undefined` when the node does not answer for rules: their feature is off. */
async function listRules({ cluster, node, signal }: NewNode): Promise<JsonObject[] | undefined> {
  const rules: JsonObject[] = [];
  for (;;) {
    const call = { method: "POST", path: "dynamic-search-rules", body: { offset: rules.length, limit: 1000 } } as const;
    const { status, body } = await cluster.operator.ask(node, { ...call, signal });
    if (status !== 200) return undefined;
    const { results, total } = body as { results: JsonObject[]; total: number };
    rules.push(...results);
    if (results.length === 0 || rules.length >= total) return rules;
  }
}

async function change(
  { cluster, node, signal }: NewNode,
  { method, uid, body }: { readonly method: "PATCH" | "DELETE"; readonly uid: string; readonly body?: JsonObject },
): Promise<void> {
  const call = { method, path: `dynamic-search-rules/${uid}`, ...(body && { body }), signal } as const;
  const { taskUid } = await cluster.operator.demand<{ taskUid: number }>(node, call);
  await untilSucceeded(cluster.operator, { node, taskUid, what: `search rule \`${uid}\`` }, signal);
}
