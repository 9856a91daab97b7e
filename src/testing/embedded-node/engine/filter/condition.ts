import type { Filter } from "../../../../routing/filter/ast.ts";
import { finiteNumber } from "../../../../routing/filter/finite-number.ts";
import type { Docid } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import { compareBytes } from "../fields/byte-order.ts";
import type { FieldPostings } from "../fields/field-postings.ts";
import { allowedOperators, isFilterable, type MatchedRule, ruleOf } from "../fields/filterable.ts";
import { normalizeFacet } from "../text/normalize.ts";
import { type FilterContext, within } from "./filter-context.ts";
import { FilterProblem } from "./filter-problem.ts";

/** The part of a filter that judges one attribute. */
export type Condition = Extract<
  Filter,
  { kind: "compare" | "between" | "in" | "exists" | "null" | "empty" | "contains" | "startsWith" }
>;

/** Documents whose values pass. A field that no document ever had passes nothing, not even `!=`. */
export function evaluateCondition(condition: Condition, context: FilterContext): DocSet {
  const { index, settings } = context;
  const field = condition.attribute.value;
  const rule = ruleOf(settings.filterableAttributes, field);
  if (rule === undefined || !index.knows(field)) return DocSet.empty();
  checkOperator(condition, rule);
  const postings = index.postings(field);
  if (condition.kind === "compare" && condition.operator === "!=") {
    return index.all.andNot(postings === undefined ? DocSet.empty() : equalTo(postings, condition.value.value));
  }
  if (postings === undefined) return DocSet.empty();
  const selected = select(condition, postings);
  return isRange(condition) ? within(context, selected) : selected;
}

/** Conditions for which the server walks a range of values. */
function isRange(condition: Condition): boolean {
  if (condition.kind === "compare") return condition.operator !== "=" && condition.operator !== "!=";
  return condition.kind === "between" || (condition.kind === "startsWith" && condition.value.value.trim() !== "");
}

function select(condition: Condition, postings: FieldPostings): DocSet {
  switch (condition.kind) {
    case "exists":
      return postings.exists.clone();
    case "null":
      return postings.nulls.clone();
    case "empty":
      return postings.empties.clone();
    case "in":
      return union(condition.values.map((value) => equalTo(postings, value.value)));
    case "contains": {
      const part = normalizeFacet(condition.value.value);
      return textsWhere(postings, (text) => text.includes(part));
    }
    case "startsWith": {
      const start = normalizeFacet(condition.value.value);
      return start === "" ? postings.exists.clone() : textsWhere(postings, (text) => text.startsWith(start));
    }
    case "between":
      return withinRange(postings, { from: condition.from.value, to: condition.to.value });
    case "compare":
      return compareTo(postings, condition);
  }
}

function compareTo(postings: FieldPostings, condition: Extract<Condition, { kind: "compare" }>): DocSet {
  const { value } = condition.value;
  switch (condition.operator) {
    case "=":
    case "!=":
      return equalTo(postings, value);
    case ">":
      return where(postings, value, (order) => order > 0);
    case ">=":
      return where(postings, value, (order) => order >= 0);
    case "<":
      return where(postings, value, (order) => order < 0);
    case "<=":
      return where(postings, value, (order) => order <= 0);
  }
}

function equalTo(postings: FieldPostings, value: string): DocSet {
  const number = finiteNumber(value);
  const numbers = number === undefined ? undefined : postings.numbers.get(number === 0 ? 0 : number);
  return union([postings.strings.get(normalizeFacet(value)) ?? [], numbers ?? []]);
}

/** Compares strings with the normalised value, and numbers with it when it spells one. */
function where(postings: FieldPostings, value: string, passes: (order: number) => boolean): DocSet {
  const bound = normalizeFacet(value);
  const number = finiteNumber(value);
  const texts = textsWhere(postings, (text) => passes(compareBytes(text, bound)));
  return number === undefined ? texts : texts.or(numbersWhere(postings, (held) => passes(held - number)));
}

function withinRange(postings: FieldPostings, range: { readonly from: string; readonly to: string }): DocSet {
  const [low, high] = [normalizeFacet(range.from), normalizeFacet(range.to)];
  const [least, most] = [finiteNumber(range.from), finiteNumber(range.to)];
  const texts = textsWhere(postings, (text) => compareBytes(text, low) >= 0 && compareBytes(text, high) <= 0);
  if (least === undefined || most === undefined) return texts;
  return texts.or(numbersWhere(postings, (held) => held >= least && held <= most));
}

function textsWhere(postings: FieldPostings, passes: (text: string) => boolean): DocSet {
  return union([...postings.strings].filter(([text]) => passes(text)).map(([, docids]) => docids));
}

function numbersWhere(postings: FieldPostings, passes: (number: number) => boolean): DocSet {
  return union([...postings.numbers].filter(([number]) => passes(number)).map(([, docids]) => docids));
}

function union(sets: Iterable<Iterable<Docid>>): DocSet {
  const all = DocSet.empty();
  for (const set of sets) for (const docid of set) all.add(docid);
  return all;
}

function checkOperator(condition: Condition, { features, index }: MatchedRule): void {
  const operators = operatorsOf(condition);
  if (operators === undefined) return;
  const [operator, need] = operators;
  const isAllowed = need === "any" ? isFilterable(features) : features.filter[need];
  if (isAllowed) return;
  const field = condition.attribute.value;
  const hint = need === "any" ? "the appropriate filter operators" : need;
  throw new FilterProblem(
    `Filter operator \`${operator}\` is not allowed for the attribute \`${field}\`.\n  - Note: allowed operators: ${allowedOperators(features).join(", ")}.\n  - Note: field \`${field}\` matched rule #${index} in \`filterableAttributes\`\n  - Hint: enable ${hint} in rule #${index} by modifying the features.filter object\n  - Hint: prepend another rule matching \`${field}\` with appropriate filter features before rule #${index}`,
  );
}

/** The operator as messages name it, and the feature it needs; an empty list and text tests need none. */
function operatorsOf(condition: Condition): readonly [string, "equality" | "comparison" | "any"] | undefined {
  switch (condition.kind) {
    case "compare": {
      const isEquality = condition.operator === "=" || condition.operator === "!=";
      return [condition.operator, isEquality ? "equality" : "comparison"];
    }
    case "between":
      return ["TO", "comparison"];
    case "in":
      return condition.values.length === 0 ? undefined : ["=", "equality"];
    case "exists":
      return ["EXISTS", "any"];
    case "null":
      return ["IS NULL", "any"];
    case "empty":
      return ["IS EMPTY", "any"];
    case "contains":
    case "startsWith":
      return undefined;
  }
}
