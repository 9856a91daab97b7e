import type { Filter, FilterToken } from "./ast.ts";

/**
 * The attributes that a filter names, in the order in which the server checks them: operands from last to first. Vector
 * and geo filters name none.
 */
export function* attributesOf(filter: Filter): Generator<FilterToken> {
  const stack = [filter];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === "not") stack.push(next.operand);
    else if (next.kind === "and" || next.kind === "or") stack.push(...next.operands);
    else if ("attribute" in next && next.kind !== "vectors") yield next.attribute;
  }
}

/** The first part of a filter, left to right, for which `pick` gives something. */
export function findInFilter<T>(filter: Filter, pick: (part: Filter) => T | undefined): T | undefined {
  const found = pick(filter);
  if (found !== undefined) return found;
  for (const operand of operandsOf(filter)) {
    const inner = findInFilter(operand, pick);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function operandsOf(filter: Filter): readonly Filter[] {
  if (filter.kind === "and" || filter.kind === "or") return filter.operands;
  return filter.kind === "not" || filter.kind === "foreign" ? [filter.operand] : [];
}
