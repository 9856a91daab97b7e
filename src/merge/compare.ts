import { MiroirError } from "../core/errors.ts";
import type { JsonObject } from "../core/types.ts";
import { badAnswer, isObject } from "./answer-shape.ts";
import { type RankRule, type RankValue, type RuleSlot, ruleNamed, SKIPPED } from "./rules.ts";

/** Which rules a hit was ranked by; hits of one search share it, apart from those cut off by the time budget. */
interface RankShape {
  /** In order. */
  readonly rules: readonly RankRule[];
  /** The rules' slots one after the other, and the rule of each. */
  readonly slots: readonly RuleSlot[];
  readonly owners: readonly RankRule[];
}

/** A hit's rule values in rule order, flat, ready to be compared many times. */
export interface RankKey {
  readonly shape: RankShape;
  /** One value a slot. */
  readonly values: readonly RankValue[];
}

const NO_RULES: RankShape = { rules: [], slots: [], owners: [] };

/** The key of a hit whose rule values were not asked for: it ties with every other such hit. */
export const TIED_KEY: RankKey = { shape: NO_RULES, values: [] };

/**
 * Makes the function that turns `_rankingScoreDetails` into a key. Rules are looked up once per compiler, so keys of one
 * merge share them: compare keys of one compiler only.
 */
export function rankKeyCompiler(): (details: unknown) => RankKey {
  const rulesByName = new Map<string, RankRule>();
  let shape = NO_RULES;
  return (details) => {
    if (!isObject(details)) throw badAnswer("a hit has no `_rankingScoreDetails`");
    const known = valuesOf(details, shape);
    if (known !== undefined) return { shape, values: known };
    const sorted = inRuleOrder(details);
    shape = shapeOf(Object.keys(sorted), rulesByName);
    const values = valuesOf(sorted, shape);
    if (values === undefined) throw badAnswer("two ranking details have the same order");
    return { shape, values };
  };
}

/** One pass over the details: their values, or undefined when the rules are not those of `shape` in its order. */
function valuesOf(details: JsonObject, shape: RankShape): RankValue[] | undefined {
  const values: RankValue[] = [];
  let place = 0;
  let last = -1;
  for (const name in details) {
    const rule = shape.rules[place];
    const detail = details[name];
    if (rule?.name !== name || !isObject(detail)) return undefined;
    const order = detail["order"];
    if (typeof order !== "number" || order <= last) return undefined;
    for (const slot of rule.slots) values.push(slot.read(detail));
    last = order;
    place += 1;
  }
  return place === shape.rules.length ? values : undefined;
}

/** The details by their `order`. */
function inRuleOrder(details: JsonObject): JsonObject {
  const entries = Object.entries(details).map(([name, value]) => {
    const order = isObject(value) ? value["order"] : undefined;
    if (typeof order !== "number") throw badAnswer(`ranking detail \`${name}\` has no order`);
    return { name, value, order };
  });
  const sorted = entries.sort((left, right) => left.order - right.order);
  return Object.fromEntries(sorted.map(({ name, value }) => [name, value]));
}

function shapeOf(names: readonly string[], rulesByName: Map<string, RankRule>): RankShape {
  const rules = names.map((name) => {
    const rule = rulesByName.get(name) ?? ruleNamed(name);
    rulesByName.set(name, rule);
    return rule;
  });
  const slots = rules.flatMap((rule) => rule.slots);
  return { rules, slots, owners: rules.flatMap((rule) => rule.slots.map(() => rule)) };
}

/**
 * Which of two hits comes first (negative: the left, 0: a tie), rule by rule. A rule cut off by the node's time budget
 * loses against one that was applied; of two keys equal so far the longer one wins.
 */
export function compareRankKeys(left: RankKey, right: RankKey): number {
  const { slots, owners } = left.shape;
  const others = right.shape.owners;
  const length = Math.min(left.values.length, right.values.length);
  for (let at = 0; at < length; at++) {
    if (owners[at] !== others[at]) return compareRules(owners[at], others[at]);
    const [a, b] = [left.values[at], right.values[at]];
    if (a === b) continue;
    const difference = slots[at]?.compare(a ?? null, b ?? null) ?? 0;
    if (difference !== 0) return difference;
  }
  return right.values.length - left.values.length;
}

function compareRules(left: RankRule | undefined, right: RankRule | undefined): number {
  if (left === SKIPPED) return 1;
  if (right === SKIPPED) return -1;
  const where = `\`${left?.name}\` on one node and \`${right?.name}\` on another`;
  throw new MiroirError("miroir_merge", `Hits cannot be merged: their ranking rules differ, ${where}.`, {
    status: 502,
  });
}
