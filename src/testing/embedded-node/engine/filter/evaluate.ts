import type { JsonValue } from "../../../../core/types.ts";
import type { Filter, FilterToken } from "../../../../routing/filter/ast.ts";
import { FilterSyntaxError } from "../../../../routing/filter/failure.ts";
import { filterFromJson } from "../../../../routing/filter/from-json.ts";
import { parseFilter } from "../../../../routing/filter/parser.ts";
import { printFilter } from "../../../../routing/filter/print.ts";
import { attributesOf } from "../../../../routing/filter/walk.ts";
import { EngineError, type EngineSettings } from "../contract.ts";
import { DocSet } from "../doc-set.ts";
import type { FieldIndex } from "../fields/field-index.ts";
import { isFilterable, ruleOf } from "../fields/filterable.ts";
import { evaluateCondition } from "./condition.ts";
import type { FilterContext } from "./filter-context.ts";
import { FilterProblem, notFilterable } from "./filter-problem.ts";
import { evaluateGeo } from "./geo.ts";

/** How a refusal is worded: its code, and what stands before a message about the index (`` Index `books`:  `` or nothing). */
export interface FilterWording {
  readonly settings: EngineSettings;
  readonly code: string;
  readonly prefix: string;
}

/**
 * The documents that pass a request's filter; all of them without one. Messages about syntax point into the user's text
 * and take no prefix. With a prefix the rest point into the printed form of the filter, as searches do since 1.50;
 * without one (documents and similar routes) into the user's text. Throws {@link EngineError}.
 */
export function evaluateFilter(filter: JsonValue | undefined, index: FieldIndex, wording: FilterWording): DocSet {
  if (filter === undefined || filter === null) return index.all.clone();
  const parsed = parse(filter, wording);
  if (parsed === undefined) return index.all.clone();
  try {
    checkAttributes(parsed, wording.settings);
    return evaluate(parsed, { index, settings: wording.settings });
  } catch (error) {
    if (error instanceof FilterProblem) throw new EngineError(wording.code, `${wording.prefix}${error.message}`);
    throw error;
  }
}

function parse(filter: JsonValue, { code, prefix }: FilterWording): Filter | undefined {
  try {
    const parsed = filterFromJson(filter);
    return parsed === undefined || prefix === "" ? parsed : parseFilter(printFilter(parsed));
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw new EngineError(code, error.message);
    throw error;
  }
}

function checkAttributes(filter: Filter, settings: EngineSettings): void {
  for (const attribute of attributesOf(filter)) {
    const rule = ruleOf(settings.filterableAttributes, attribute.value);
    const isAllowed = rule !== undefined && isFilterable(rule.features);
    if (!isAllowed && attribute.value !== "_vectors") throw notFilterable(attribute, settings, attribute.value);
  }
}

function evaluate(filter: Filter, context: FilterContext): DocSet {
  if (context.universe?.isEmpty) return DocSet.empty();
  switch (filter.kind) {
    case "not":
      return (context.universe ?? context.index.all).andNot(evaluate(filter.operand, context));
    case "and":
      return evaluateAnd(filter.operands, context);
    case "or":
      return filter.operands.reduce((set, operand) => set.or(evaluate(operand, context)), DocSet.empty());
    case "vectors":
      return evaluateVectors(filter.embedder);
    case "foreign":
      throw new FilterProblem(`Field \`${filter.attribute.value}\` is not a foreign key`);
    case "geoRadius":
    case "geoBoundingBox":
    case "geoPolygon":
      return evaluateGeo(filter, context);
    default:
      return evaluateCondition(filter, context);
  }
}

/** Operands after an empty result are not looked at, so what is wrong with them is not reported either. */
function evaluateAnd(operands: readonly Filter[], context: FilterContext): DocSet {
  let result: DocSet | undefined;
  for (const operand of operands) {
    if (result?.isEmpty) return result;
    result = result === undefined ? evaluate(operand, context) : narrow(operand, { ...context, universe: result });
  }
  return result ?? DocSet.empty();
}

function narrow(operand: Filter, context: FilterContext & { readonly universe: DocSet }): DocSet {
  return context.universe.and(evaluate(operand, context));
}

/** There are no embedders here, so no document has vectors and every name of one is unknown. */
function evaluateVectors(embedder: FilterToken | undefined): DocSet {
  if (embedder === undefined) return DocSet.empty();
  const message = `The embedder \`${embedder.value}\` does not exist. This index does not have any configured embedders.`;
  throw new FilterProblem(message, embedder.span);
}
