import type { Filter } from "./ast.ts";

/** A condition on one attribute that a filter demands, or forbids. */
export interface Constraint {
  readonly condition: Leaf;
  readonly isNegated: boolean;
}

/** A part of a filter that holds no other. */
type Leaf = Exclude<Filter, { kind: "not" | "and" | "or" | "in" | "foreign" }>;

/** What one way through a filter demands, by attribute; geographic conditions are all under {@link PLACE}. */
export type ConstraintSet = ReadonlyMap<string, readonly Constraint[]>;

/** No attribute has an empty name. */
export const PLACE = "";

/** Most alternatives of a filter that a server looks at, and most ways to combine them (its `or` and `and` fuel). */
export const MOST_ALTERNATIVES = 99;

/** Deepest part of a filter that a server looks at. */
const MOST_LEVELS = 24;

/**
 * The ways through a filter, each as what it demands of attributes: a server holds the conditions of search rules against
 * them (filter-parser `constraint.rs`). Long filters are not looked at whole.
 */
export function constraintSets(filter: Filter): readonly ConstraintSet[] {
  return new Alternatives().of(filter, false);
}

class Alternatives {
  #branchesLeft = MOST_ALTERNATIVES;
  #pairsLeft = MOST_ALTERNATIVES;
  #level = 0;

  of(filter: Filter, isNegated: boolean): ConstraintSet[] {
    if (this.#level >= MOST_LEVELS) return [];
    this.#level += 1;
    const sets = this.#read(filter, isNegated);
    this.#level -= 1;
    return sets;
  }

  #read(filter: Filter, isNegated: boolean): ConstraintSet[] {
    switch (filter.kind) {
      case "not":
        return this.of(filter.operand, !isNegated);
      case "in":
        return this.of({ kind: "or", operands: filter.values.map((value) => equal(filter, value)) }, isNegated);
      case "and":
      case "or":
        return (filter.kind === "or") === isNegated
          ? this.#all(filter.operands, isNegated)
          : this.#any(filter.operands, isNegated);
      case "foreign":
        return [];
      default:
        return [new Map([[attributeOf(filter), [{ condition: filter, isNegated }]]])];
    }
  }

  #any(operands: readonly Filter[], isNegated: boolean): ConstraintSet[] {
    const sets: ConstraintSet[] = [];
    for (const operand of operands) {
      if (this.#branchesLeft === 0) break;
      this.#branchesLeft -= 1;
      sets.push(...this.of(operand, isNegated));
    }
    return sets;
  }

  #all(operands: readonly Filter[], isNegated: boolean): ConstraintSet[] {
    let sets: ConstraintSet[] = [];
    for (const operand of operands) {
      const own = this.of(operand, isNegated);
      sets = sets.length === 0 ? own : this.#pairs(sets, own);
    }
    return sets;
  }

  #pairs(left: readonly ConstraintSet[], right: readonly ConstraintSet[]): ConstraintSet[] {
    const pairs: ConstraintSet[] = [];
    for (const first of left) {
      for (const second of right) {
        if (this.#pairsLeft === 0) return pairs;
        this.#pairsLeft -= 1;
        pairs.push(joined(first, second));
      }
    }
    return pairs;
  }
}

function joined(left: ConstraintSet, right: ConstraintSet): ConstraintSet {
  const both = new Map(left);
  for (const [attribute, constraints] of right) both.set(attribute, [...(both.get(attribute) ?? []), ...constraints]);
  return both;
}

function equal(
  { attribute }: Extract<Filter, { kind: "in" }>,
  value: Extract<Filter, { kind: "compare" }>["value"],
): Leaf {
  return { kind: "compare", attribute, operator: "=", value };
}

function attributeOf(leaf: Leaf): string {
  return "attribute" in leaf ? leaf.attribute.value : PLACE;
}
