import type { FilterToken } from "../../../../routing/filter/ast.ts";
import { located } from "../../../../routing/filter/failure.ts";
import type { Span } from "../../../../routing/filter/lexer.ts";
import type { EngineSettings } from "../contract.ts";
import { isFilterable, patternsWith } from "../fields/filterable.ts";

/** A filter that was parsed but asks for what the index does not allow. */
export class FilterProblem extends Error {
  /** With a span, the line that says where is added. */
  constructor(message: string, span?: Span) {
    super(span === undefined ? message : located(message, span));
    this.name = "FilterProblem";
  }
}

/** The attribute is not in `filterableAttributes`; the names that are get listed. */
export function notFilterable(token: FilterToken, settings: EngineSettings, attribute: string): FilterProblem {
  const patterns = patternsWith(settings.filterableAttributes, isFilterable);
  const available =
    patterns.length === 0
      ? "This index does not have configured filterable attributes."
      : `Available filterable attribute patterns are: ${patterns.map((pattern) => `\`${pattern}\``).join(", ")}.`;
  return new FilterProblem(`Attribute \`${attribute}\` is not filterable. ${available}`, token.span);
}
