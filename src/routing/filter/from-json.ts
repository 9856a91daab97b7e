import type { JsonValue } from "../../core/types.ts";
import type { Filter } from "./ast.ts";
import { FilterSyntaxError } from "./failure.ts";
import { parseFilter } from "./parser.ts";

/**
 * Parses the `filter` of a request: a string, or an array that is joined by AND, whose inner arrays are joined by OR.
 * Blank parts are left out; undefined when nothing is left. Throws {@link FilterSyntaxError}.
 */
export function filterFromJson(value: JsonValue): Filter | undefined {
  if (typeof value === "string") return parseFilter(value);
  if (!Array.isArray(value)) throw unexpected(["String", "Array"], value);
  checkItems(value);
  return join("and", value.map(parseItem));
}

/** Shapes are judged before any text is parsed. */
function checkItems(items: readonly JsonValue[]): void {
  for (const item of items) {
    if (typeof item === "string") continue;
    if (!Array.isArray(item)) throw unexpected(["String", "[String]"], item);
    for (const inner of item) if (typeof inner !== "string") throw unexpected(["String"], inner);
  }
}

function parseItem(item: JsonValue): Filter | undefined {
  return Array.isArray(item) ? join("or", item.map(parseItem)) : parseFilter(String(item));
}

function join(kind: "and" | "or", parts: readonly (Filter | undefined)[]): Filter | undefined {
  const operands = parts.filter((part) => part !== undefined);
  return operands.length > 1 ? { kind, operands } : operands[0];
}

function unexpected(expected: readonly string[], found: JsonValue): FilterSyntaxError {
  return new FilterSyntaxError(
    `Invalid syntax for the filter parameter: \`expected ${expected.join(", ")}, found: ${JSON.stringify(found)}\`.`,
  );
}
