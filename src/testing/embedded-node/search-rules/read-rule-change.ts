import type { JsonObject } from "../../../core/types.ts";
import { indexUidRefusal } from "../indexes/index-uid.ts";
import { atKey, type Place, type Reader } from "../validation/place.ts";
import {
  anyValue,
  arrayOf,
  boolean,
  checkedString,
  nullable,
  object,
  recordOf,
  string,
  unsigned,
} from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import type { RuleAction, RuleChange, RuleConditions } from "./search-rule.ts";

const CONDITIONS = "invalid_dynamic_search_rule_conditions";
const ACTIONS = "invalid_dynamic_search_rule_actions";
const LARGEST_POSITION = 2 ** 32 - 1;

const moment: Reader<string> = (value, place) => {
  const text = string(value, place);
  const match = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.exec(text);
  if (match === null || Number.isNaN(Date.parse(text))) {
    throw invalidValue(
      `\`${text}\` is not a valid date. It should follow the RFC 3339 format to represents a date or datetime in the future or specified as a null value. e.g. 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'.\n`,
      place,
    );
  }
  const [, day, time, fraction = "", zone = ""] = match;
  return `${day}T${time}${fraction.replace(/\.?0+$/, "")}${zone.toUpperCase()}`;
};

const time = object<{ start?: string | null; end?: string | null }>(
  { start: { read: nullable(moment) }, end: { read: nullable(moment) } },
  { open: true },
);

const query = object<{ isEmpty?: boolean | null; words?: string | null }>({
  isEmpty: { read: nullable(boolean) },
  words: { read: nullable(string) },
});

const filter = object<{ values?: JsonObject }>({ values: { read: recordOf(anyValue) } });

const readParts = object<{
  time?: { start?: string | null; end?: string | null } | null;
  query?: { isEmpty?: boolean | null; words?: string | null } | null;
  filter?: { values?: JsonObject } | null;
}>({ time: { read: nullable(time) }, query: { read: nullable(query) }, filter: { read: nullable(filter) } });

const conditions: Reader<RuleConditions> = (value, place) => {
  const parts = readParts(value, place);
  const read: RuleConditions = {
    ...(parts.time ? { time: withoutNulls(parts.time) } : {}),
    ...(parts.query ? { query: withoutNulls(parts.query) } : {}),
    ...(parts.filter ? { filter: { values: parts.filter.values ?? {} } } : {}),
  };
  checkQuery(read, atKey(place, "query", "bad_request"));
  checkTime(read, atKey(place, "time", "bad_request"));
  return read;
};

function withoutNulls<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], null> } {
  const kept = Object.entries(members).filter(([, member]) => member !== null);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], null> };
}

function checkQuery({ query: asked }: RuleConditions, place: Place): void {
  if (asked?.isEmpty !== true || asked.words === undefined) return;
  throw invalidValue("either `isEmpty` or `words` can be used, not both at once", place);
}

function checkTime({ time: span }: RuleConditions, place: Place): void {
  if (span?.start === undefined || span.end === undefined) return;
  if (Date.parse(span.start) <= Date.parse(span.end)) return;
  throw invalidValue(
    `\`end\` (\`${longMoment(span.end)}\`) should be later than \`start\` (\`${longMoment(span.start)}\`)`,
    place,
  );
}

/** As the server prints a moment in this refusal: the hour without a leading zero, always a fraction, the zone with seconds. */
function longMoment(text: string): string {
  const [, day, hour, rest, fraction = ".0", zone = ""] =
    /^(.{10})T(\d{2})(:\d{2}:\d{2})(\.\d+)?(.+)$/.exec(text) ?? [];
  return `${day} ${Number(hour)}${rest}${fraction} ${zone === "Z" ? "+00:00" : zone}:00`;
}

const position: Reader<number> = (value, place) => {
  const number = unsigned(value, place);
  if (number <= LARGEST_POSITION) return number;
  const words = `value: \`${number}\` is too large to be deserialized, maximum value authorized is \`${LARGEST_POSITION}\``;
  throw invalidValue(words, place);
};

const readTag = object<{ type: string }>({ type: { read: string, required: ACTIONS } }, { open: true });
const readPin = object<{ position: number }>({ position: { read: position, required: ACTIONS } });

/** The type is read before the members that belong to it. */
const action: Reader<RuleAction["action"]> = (value, place) => {
  const { type } = readTag(value, place);
  if (type !== "pin") throw invalidValue("Incorrect tag value", place);
  const { type: _, ...members } = value as JsonObject;
  return { type, ...readPin(members, place) };
};

const selector = object<{ indexUid?: string | null; id: string }>({
  indexUid: { read: nullable(checkedString(indexUidRefusal)) },
  id: { read: string, required: ACTIONS },
});

const readAction = object<{ selector: { indexUid?: string | null; id: string }; action: RuleAction["action"] }>({
  selector: { read: selector, required: ACTIONS },
  action: { read: action, required: ACTIONS },
});

const ruleAction: Reader<RuleAction> = (value, place) => {
  const { selector: chosen, action: done } = readAction(value, place);
  const { indexUid, id } = chosen;
  return { selector: { ...(typeof indexUid === "string" ? { indexUid } : {}), id }, action: done };
};

const readMembers = object<RuleChange>({
  description: { read: nullable(string), code: "invalid_dynamic_search_rule_description" },
  precedence: { read: nullable(unsigned), code: "invalid_dynamic_search_rule_priority" },
  active: { read: nullable(boolean), code: "invalid_dynamic_search_rule_active" },
  conditions: { read: nullable(conditions), code: CONDITIONS },
  actions: { read: nullable(arrayOf(ruleAction)), code: ACTIONS },
});

/** A checked change of a rule, members in the server's order. */
export const readRuleChange: Reader<RuleChange> = (value, place: Place) => {
  const change = readMembers(value, place);
  const names = ["description", "precedence", "active", "conditions", "actions"] as const;
  return Object.fromEntries(names.filter((name) => name in change).map((name) => [name, change[name]])) as RuleChange;
};
