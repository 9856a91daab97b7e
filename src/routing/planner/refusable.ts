import type { Filter } from "../filter/ast.ts";
import { findInFilter } from "../filter/walk.ts";

/** A rule of `filterableAttributes` as far as it limits what filters may ask; a plain name limits nothing. */
export type FilterableRule = string | { readonly features?: { readonly filter?: FilterOperators } };

interface FilterOperators {
  readonly equality?: boolean;
  readonly comparison?: boolean;
}

/**
 * Whether servers may refuse a filter for a reason that only those find that hold certain documents: they judge places,
 * vectors, foreign keys and the operators that a rule of `filterableAttributes` allows only when they come to them.
 */
export function isRefusableByDocuments(filter: Filter, rules: readonly FilterableRule[]): boolean {
  const limits = rules.flatMap((rule) => (typeof rule === "string" ? [] : [rule.features?.filter ?? {}]));
  const isEqualityLimited = limits.some(({ equality = true }) => !equality);
  const isComparisonLimited = limits.some(({ comparison = false }) => !comparison);
  const isRefusable = (part: Filter): boolean => {
    switch (part.kind) {
      case "geoRadius":
      case "geoBoundingBox":
      case "geoPolygon":
      case "vectors":
      case "foreign":
        return true;
      case "between":
        return isComparisonLimited;
      case "compare":
        return part.operator === "=" || part.operator === "!=" ? isEqualityLimited : isComparisonLimited;
      case "in":
      case "exists":
      case "null":
      case "empty":
        return isEqualityLimited;
      default:
        return false;
    }
  };
  return findInFilter(filter, (part) => isRefusable(part) || undefined) === true;
}
