import { z } from "zod";
import type { JsonObject } from "../core/types.ts";
import { freshGeneration, type IndexRows } from "./physical-names.ts";
import { physicalUid } from "./registry.ts";

const actionSchema = z.object({
  selector: z.object({ indexUid: z.string().optional(), id: z.string() }),
  action: z.object({ type: z.string(), position: z.number() }),
});

const recordSchema = z.object({
  uid: z.string(),
  description: z.string().optional(),
  lastUpdatedAt: z.string(),
  precedence: z.number().optional(),
  active: z.boolean(),
  conditions: z.record(z.string(), z.json()),
  actions: z.array(actionSchema),
  sent: z.array(actionSchema),
  createdStamp: z.string(),
  stamp: z.string(),
  deleted: z.boolean(),
});

/** What a dynamic search rule does to one document; `indexUid` is the user's name of the index, all indexes when absent. */
export interface RuleAction {
  readonly selector: { readonly indexUid?: string; readonly id: string };
  readonly action: { readonly type: string; readonly position: number };
}

/** What miroir knows of one dynamic search rule. A deleted rule keeps its record, so that an older one cannot revive it. */
export interface RuleRecord {
  readonly uid: string;
  readonly description?: string;
  /** RFC 3339. */
  readonly lastUpdatedAt: string;
  /** The lowest comes first, absent last. */
  readonly precedence?: number;
  readonly active: boolean;
  readonly conditions: JsonObject;
  readonly actions: readonly RuleAction[];
  /** The actions as the nodes were last told, with their names of the indexes. */
  readonly sent: readonly RuleAction[];
  /** Of rules of equal precedence the one created first comes first. */
  readonly createdStamp: string;
  /** The highest record of a uid is the one in force. */
  readonly stamp: string;
  readonly deleted: boolean;
}

/** Checks a record that came from a node or a store. */
export function parseRule(value: unknown): RuleRecord {
  return recordSchema.parse(value) as RuleRecord;
}

/** A rule as users read it, in the server's order. */
export function ruleView({
  uid,
  description,
  lastUpdatedAt,
  precedence,
  active,
  conditions,
  actions,
}: RuleRecord): JsonObject {
  return {
    uid,
    ...(description === undefined ? {} : { description }),
    lastUpdatedAt,
    ...(precedence === undefined ? {} : { precedence }),
    active,
    conditions,
    actions: actions as unknown as JsonObject[],
  };
}

/** Actions with the nodes' names of the indexes; an index that does not exist has the name that it will be created under. */
export function actionsOnNodes(actions: readonly RuleAction[], rows: IndexRows): RuleAction[] {
  return actions.map((each) => {
    const { indexUid } = each.selector;
    if (indexUid === undefined) return each;
    return { ...each, selector: { ...each.selector, indexUid: nameOnNodes(indexUid, rows) } };
  });
}

function nameOnNodes(uid: string, rows: IndexRows): string {
  const row = rows.get(uid);
  if (row !== undefined && !row.deleted) return physicalUid(row);
  return physicalUid({ uid, generation: freshGeneration(uid, rows) });
}
