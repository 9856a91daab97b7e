import { isSelfOrChild } from "../attributes.ts";
import { EngineError, type EngineSettings } from "../contract.ts";
import { compareBytes } from "../fields/byte-order.ts";
import { isFilterable, patternsWith, ruleOf } from "../fields/filterable.ts";
import type { SortExpression } from "./sort-expression.ts";

/** Throws unless a search may sort as asked: `sort` among the ranking rules, and every field sortable. */
export function checkSort(sorts: readonly SortExpression[], settings: EngineSettings, prefix: string): void {
  if (sorts.length === 0) return;
  if (!settings.rankingRules.includes("sort")) {
    throw new EngineError(
      "invalid_search_sort",
      `${prefix}You must specify where \`sort\` is listed in the rankingRules setting to use the sort parameter at search time.`,
    );
  }
  const field = firstUnsortable(sorts, settings);
  if (field === undefined) return;
  const list = settings.sortableAttributes.length === 0 ? undefined : shownNames(settings.sortableAttributes, settings);
  const available =
    list === undefined || list.names.length === 0
      ? "This index does not have configured sortable attributes."
      : `Available sortable attributes are: \`${listed(list)}\`.`;
  throw new EngineError("invalid_search_sort", `${prefix}Attribute \`${field}\` is not sortable. ${available}`);
}

/** Throws unless the documents route may sort as asked. */
export function checkDocumentSort(sorts: readonly SortExpression[], settings: EngineSettings): void {
  const field = firstUnsortable(sorts, settings);
  if (field === undefined) return;
  const names = [...settings.sortableAttributes].sort(compareBytes);
  const available =
    names.length === 0
      ? "This index does not have configured sortable attributes."
      : `Available sortable attributes are: \`${names.join(", ")}\`.`;
  throw new EngineError("invalid_document_sort", `Attribute \`${field}\` is not sortable. ${available}`);
}

/** Throws unless a search may keep one document per value of a field. */
export function checkDistinct(field: string, settings: EngineSettings, prefix: string): void {
  const rule = ruleOf(settings.filterableAttributes, field);
  if (rule !== undefined && isFilterable(rule.features)) return;
  const list = shownNames(patternsWith(settings.filterableAttributes, isFilterable), settings);
  throw new EngineError(
    "invalid_search_distinct",
    `${prefix}Attribute \`${field}\` is not filterable and thus, cannot be used as distinct attribute. ${distinctHint(field, rule?.index, list)}`,
  );
}

/** The refusal of a field in `attributesToSearchOn`. */
export function notSearchable(field: string, known: readonly string[], options: RefusalOptions): EngineError {
  const list = shownNames(known, options.settings);
  return new EngineError(
    "invalid_search_attributes_to_search_on",
    `${options.prefix}Attribute \`${field}\` is not searchable. Available searchable attributes are: \`${listed(list)}\`.`,
  );
}

/** What every refusal is worded with. */
export interface RefusalOptions {
  readonly settings: EngineSettings;
  /** ``Index `uid`: `` where the server puts it. */
  readonly prefix: string;
}

interface ShownNames {
  readonly names: readonly string[];
  readonly hasHidden: boolean;
}

function distinctHint(field: string, rule: number | undefined, list: ShownNames): string {
  if (rule !== undefined) {
    return `Note: this attribute matches rule #${rule} in filterableAttributes, but this rule does not enable filtering.\nHint: enable filtering in rule #${rule} by adding appropriate filter features.\nHint: prepend another rule matching ${field} with filter features before rule #${rule}`;
  }
  if (list.names.length === 0) return "This index does not have configured filterable attributes.";
  return `Available filterable attributes patterns are: \`${listed(list)}\`.`;
}

function firstUnsortable(sorts: readonly SortExpression[], { sortableAttributes }: EngineSettings): string | undefined {
  for (const { by } of sorts) {
    const field = "point" in by ? "_geo" : by.field;
    const isSortable =
      "point" in by
        ? sortableAttributes.includes("_geo")
        : sortableAttributes.some((name) => isSelfOrChild(name, field));
    if (!isSortable) return field;
  }
  return undefined;
}

function shownNames(names: readonly string[], { displayedAttributes }: EngineSettings): ShownNames {
  const all = [...new Set(names)].sort(compareBytes);
  if (displayedAttributes.includes("*")) return { names: all, hasHidden: false };
  const shown = all.filter((name) => displayedAttributes.includes(name));
  return { names: shown, hasHidden: shown.length < all.length };
}

function listed({ names, hasHidden }: ShownNames): string {
  return `${names.join(", ")}${hasHidden ? ", <..hidden-attributes>" : ""}`;
}
