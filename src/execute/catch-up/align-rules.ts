import { actionsOnNodes, type RuleRecord } from "../../cluster/search-rule.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import type { IndexRegistry } from "../index-registry.ts";
import { OperatorCallFailed } from "../operator.ts";
import type { RuleBook } from "../rule-book.ts";
import { type NodeTalk, perform } from "./node-talk.ts";

/** What {@link alignRules} works with. */
export interface RuleAlignment extends NodeTalk {
  readonly registry: IndexRegistry;
  readonly rules: Pick<RuleBook, "records">;
}

/** Gives a node the dynamic search rules as they are in force: one by its uid, or all. */
export async function alignRules(alignment: RuleAlignment, node: NodeInfo, uid: string | undefined): Promise<void> {
  const records = alignment.rules.records.filter((rule) => (uid ?? rule.uid) === rule.uid);
  for (const rule of records) await alignRule(alignment, node, rule).catch(forgiveFeature);
}

function alignRule(alignment: RuleAlignment, node: NodeInfo, rule: RuleRecord): Promise<void> {
  const path = `dynamic-search-rules/${rule.uid}`;
  if (rule.deleted) return perform(alignment, node, { method: "DELETE", path }).catch(forgiveMissing);
  const body = {
    description: rule.description ?? null,
    precedence: rule.precedence ?? null,
    active: rule.active,
    conditions: Object.keys(rule.conditions).length === 0 ? null : rule.conditions,
    actions: actionsOnNodes(rule.actions, alignment.registry.rows) as unknown as JsonObject[],
  };
  return perform(alignment, node, { method: "PATCH", path, body });
}

/** A rule that is not there need not be deleted. */
function forgiveMissing(error: unknown): void {
  if (!(error instanceof OperatorCallFailed) || error.status !== 404) throw error;
}

/** Rules are left alone where their feature is off, as everywhere. */
function forgiveFeature(error: unknown): void {
  const body = error instanceof OperatorCallFailed && "response" in error.outcome ? error.outcome.response.body : {};
  if ((body as { code?: string }).code !== "feature_not_enabled") throw error;
}
