import type { JsonValue } from "../../../core/types.ts";

/** When a rule is in force; what is absent does not matter. */
export interface RuleConditions {
  time?: { start?: string; end?: string };
  query?: { isEmpty?: boolean; words?: string };
  filter?: { values: Record<string, JsonValue> };
}

/** What a rule does to one document. */
export interface RuleAction {
  selector: { indexUid?: string; id: string };
  action: { type: "pin"; position: number };
}

/** A rule that pins documents to places of the hits. */
export interface SearchRule {
  readonly uid: string;
  readonly description?: string;
  readonly lastUpdatedAt: string;
  /** The lowest number comes first, none last. */
  readonly precedence?: number;
  readonly active: boolean;
  readonly conditions: RuleConditions;
  readonly actions: readonly RuleAction[];
}

/** What a request changes of a rule; `null` = back to the default. */
export interface RuleChange {
  description?: string | null;
  precedence?: number | null;
  active?: boolean | null;
  conditions?: RuleConditions | null;
  actions?: RuleAction[] | null;
}

/** The rule after a change, or a new one; members in the server's order. */
export function changedRule(
  rule: SearchRule | undefined,
  change: RuleChange,
  named: { readonly uid: string; readonly lastUpdatedAt: string },
): SearchRule {
  const description = change.description === undefined ? rule?.description : (change.description ?? undefined);
  const precedence = change.precedence === undefined ? rule?.precedence : (change.precedence ?? undefined);
  return {
    uid: named.uid,
    ...(description === undefined ? {} : { description }),
    lastUpdatedAt: named.lastUpdatedAt,
    ...(precedence === undefined ? {} : { precedence }),
    active: change.active === undefined ? (rule?.active ?? true) : (change.active ?? true),
    conditions: change.conditions === undefined ? (rule?.conditions ?? {}) : (change.conditions ?? {}),
    actions: change.actions === undefined ? (rule?.actions ?? []) : (change.actions ?? []),
  };
}
