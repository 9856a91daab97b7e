import type { Filter, FilterToken } from "../filter/ast.ts";
import { findInFilter } from "../filter/walk.ts";
import { idsEqualTo, type OpenLiteral } from "./literal-ids.ts";

/** Why a filter leaves open which documents pass it. */
export type OpenFilter = OpenLiteral | "keyNotNamed" | "keyOrOther" | "negated" | "noEquality" | "tooManyIds";

/** The only ids that documents which pass a filter can have, or why they are not known. */
export type PinnedIds = { readonly ids: ReadonlySet<string> } | { readonly open: OpenFilter };

/** The primary key, and how many ids are listed at most. */
export interface KeyLimits {
  readonly primaryKey: string;
  readonly mostIds: number;
}

/** The ids that a filter pins the primary key to: what `=` and `IN` name, cut by AND and joined by OR. */
export function pinnedIds(filter: Filter, limits: KeyLimits): PinnedIds {
  switch (filter.kind) {
    case "and":
      return every(filter.operands.map((operand) => pinnedIds(operand, limits)));
    case "or":
      return some(
        filter.operands.map((operand) => pinnedIds(operand, limits)),
        limits,
      );
    case "not":
      return {
        open: findInFilter(filter, (part) => isAboutKey(part, limits) || undefined) ? "negated" : "keyNotNamed",
      };
    case "compare":
      if (!isAboutKey(filter, limits)) return { open: "keyNotNamed" };
      if (filter.operator === "!=") return { open: "negated" };
      return filter.operator === "=" ? equalToAny([filter.value], limits) : { open: "noEquality" };
    case "in":
      return isAboutKey(filter, limits) ? equalToAny(filter.values, limits) : { open: "keyNotNamed" };
    default:
      return { open: isAboutKey(filter, limits) ? "noEquality" : "keyNotNamed" };
  }
}

/** Conditions inside `_foreign` are about documents of another index. */
function isAboutKey(part: Filter, { primaryKey }: KeyLimits): boolean {
  return "attribute" in part && part.kind !== "foreign" && part.attribute.value === primaryKey;
}

function equalToAny(values: readonly FilterToken[], limits: KeyLimits): PinnedIds {
  if (values.length > limits.mostIds) return { open: "tooManyIds" };
  return some(
    values.map(({ value }) => {
      const ids = idsEqualTo(value, limits.mostIds);
      return typeof ids === "string" ? { open: ids } : { ids: new Set(ids) };
    }),
    limits,
  );
}

/** A document must pass all parts, so the parts that pin nothing do not matter. */
function every(parts: readonly PinnedIds[]): PinnedIds {
  const sets = parts.flatMap((part) => ("ids" in part ? [part.ids] : []));
  const [first, ...others] = sets.sort((a, b) => a.size - b.size);
  if (first === undefined) return { open: mostTelling(parts) };
  return { ids: new Set([...first].filter((id) => others.every((ids) => ids.has(id)))) };
}

/** A document may pass any part, so all of them must pin something. */
function some(parts: readonly PinnedIds[], { mostIds }: KeyLimits): PinnedIds {
  const ids = new Set<string>();
  for (const part of parts) {
    if ("open" in part) return { open: mostTelling(parts) };
    for (const id of part.ids) ids.add(id);
  }
  return ids.size > mostIds ? { open: "tooManyIds" } : { ids };
}

/** Conditions on other fields matter only beside conditions on the key. */
function mostTelling(parts: readonly PinnedIds[]): OpenFilter {
  const open = parts.flatMap((part) => ("open" in part ? [part.open] : []));
  const isKeyPinned = open.length < parts.length;
  return open.find((reason) => reason !== "keyNotNamed") ?? (isKeyPinned ? "keyOrOther" : "keyNotNamed");
}
