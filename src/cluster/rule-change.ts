import type { JsonObject, JsonValue } from "../core/types.ts";
import type { RuleAction, RuleRecord } from "./search-rule.ts";
import { isObject, objectOf } from "./settings/json-shape.ts";

/** What a call changes of a rule, in the server's order and form; null = back to the default. */
export interface RuleChange {
  readonly description?: string | null;
  readonly precedence?: number | null;
  readonly active?: boolean | null;
  readonly conditions?: JsonObject | null;
  readonly actions?: readonly RuleAction[] | null;
}

const FIELDS = ["description", "precedence", "active", "conditions", "actions"] as const;

/** The change that a body asks for, as the server reads it; nodes must have accepted the body. */
export function ruleChange(body: JsonObject): RuleChange {
  const given = FIELDS.filter((field) => body[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, fieldOf(field, body[field] ?? null)]));
}

function fieldOf(field: (typeof FIELDS)[number], value: JsonValue): JsonValue {
  if (field === "conditions" && value !== null) return conditionsOf(objectOf(value));
  if (field === "actions" && Array.isArray(value)) return value.map((each) => actionOf(objectOf(each)));
  return value;
}

function conditionsOf({ time, query, filter }: JsonObject): JsonObject {
  return {
    ...(isObject(time) ? { time: given(time, ["start", "end"], momentOf) } : {}),
    ...(isObject(query) ? { query: given(query, ["isEmpty", "words"]) } : {}),
    ...(isObject(filter) ? { filter: { values: filter["values"] ?? {} } } : {}),
  };
}

function actionOf({ selector, action }: JsonObject): JsonObject {
  return {
    selector: given(objectOf(selector), ["indexUid", "id"]),
    action: given(objectOf(action), ["type", "position"]),
  };
}

/** The members that are there and not null, in this order. */
function given(from: JsonObject, names: readonly string[], form = (value: JsonValue) => value): JsonObject {
  const kept = names.filter((name) => (from[name] ?? null) !== null);
  return Object.fromEntries(kept.map((name) => [name, form(from[name] ?? null)]));
}

/** A moment as the server prints it: capitals, and no more digits than it needs. */
function momentOf(value: JsonValue): JsonValue {
  const [, day, time, fraction = "", zone = ""] = /^(.{10}).(\d{2}:\d{2}:\d{2})(\.\d+)?(.*)$/.exec(String(value)) ?? [];
  return day === undefined ? value : `${day}T${time}${fraction.replace(/\.?0+$/, "")}${zone.toUpperCase()}`;
}

/** What is set with each new record of a rule. */
export type RuleVersion = Pick<RuleRecord, "uid" | "lastUpdatedAt" | "stamp" | "sent">;

/** The rule after a change; a new one when there is none, or it was deleted. */
export function changedRule(before: RuleRecord | undefined, change: RuleChange, version: RuleVersion): RuleRecord {
  const rule = before?.deleted === true ? undefined : before;
  const pick = <K extends keyof RuleChange>(field: K) => (change[field] === undefined ? rule?.[field] : change[field]);
  const [description, precedence] = [pick("description"), pick("precedence")];
  return {
    ...version,
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof precedence === "number" ? { precedence } : {}),
    active: pick("active") ?? true,
    conditions: pick("conditions") ?? {},
    actions: pick("actions") ?? [],
    createdStamp: rule?.createdStamp ?? version.stamp,
    deleted: false,
  };
}
