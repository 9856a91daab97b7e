import type { JsonValue } from "../../../core/types.ts";
import { type Constraint, type ConstraintSet, constraintSets, PLACE } from "../../../routing/filter/constraints.ts";
import { filterFromJson } from "../../../routing/filter/from-json.ts";
import { printFilter } from "../../../routing/filter/print.ts";
import type { Docid } from "../engine/contract.ts";
import type { EmbeddedIndex } from "../indexes/embedded-index.ts";

/** Where a rule keeps the values that a search's filter must ask for. */
const VALUES = "conditions.filter.values";

/** How many values a rule asks for; what is empty asks for nothing. */
export function countValues(value: JsonValue): number {
  if (value === null) return 0;
  if (typeof value !== "object") return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countValues(item as JsonValue), 0);
}

/** Holds a search's filter against what rules ask of it; rules are the documents of an index. */
export class FilterMatch {
  readonly #solved: readonly (readonly ReadonlySet<Docid>[])[];
  readonly #most: number;

  constructor(rules: EmbeddedIndex, filter: JsonValue | undefined) {
    const parsed = filter === undefined || filter === null ? undefined : filterFromJson(filter);
    const sets: readonly ConstraintSet[] = parsed === undefined ? [] : constraintSets(parsed);
    this.#most = Math.max(0, ...sets.map((set) => set.size));
    this.#solved = sets.map((set) => [...set].map(([attribute, asked]) => matching(rules, attribute, asked)));
  }

  /** Whether some way through the filter asks for as many of the rule's attributes as the rule has values. */
  fits(rule: Docid, values: number): boolean {
    if (values === 0) return true;
    if (values > this.#most) return false;
    return this.#solved.some((targets) => targets.filter((target) => target.has(rule)).length >= values);
  }
}

/** The rules whose values pass all that is asked of one attribute; texts within texts and places are never compared. */
function matching(rules: EmbeddedIndex, attribute: string, asked: readonly Constraint[]): ReadonlySet<Docid> {
  const field = `${VALUES}.${attribute}`;
  if (attribute === PLACE || !rules.knownFields.has(field)) return new Set();
  let left = new Set(rules.engine.select(undefined, "internal"));
  for (const { condition, isNegated } of asked) {
    const passing = passingRules(rules, condition, field);
    if (passing === undefined) return new Set();
    left = new Set([...left].filter((rule) => passing.has(rule) !== isNegated));
  }
  return left;
}

function passingRules(
  rules: EmbeddedIndex,
  condition: Constraint["condition"],
  field: string,
): ReadonlySet<Docid> | undefined {
  switch (condition.kind) {
    case "compare":
    case "between": {
      const attribute = { ...condition.attribute, value: field };
      return new Set(rules.engine.select(printFilter({ ...condition, attribute }), "internal"));
    }
    case "exists":
      return new Set(rules.engine.select(undefined, "internal"));
    case "null":
    case "empty":
      return new Set();
    default:
      return undefined;
  }
}
