import { matchesPattern } from "../attributes.ts";
import type { EngineSearch } from "../contract.ts";
import type { SearchableFields } from "../index/searchable-fields.ts";
import { notSearchable, type RefusalOptions } from "./refusals.ts";

/** The fields of `attributesToSearchOn`; undefined when all are searched. */
export function searchedFields(
  fields: SearchableFields,
  search: EngineSearch,
  refusal: RefusalOptions,
): ReadonlySet<number> | undefined {
  const asked = search.attributesToSearchOn;
  if (asked === undefined || asked === null) return undefined;
  const known = fields.searchable();
  const numbers = new Set<number>();
  let isAll = false;
  for (const name of asked) {
    if (name === "*") {
      isAll = true;
      continue;
    }
    const exact = known.find((field) => field.name === name);
    const fitting =
      exact === undefined && name.includes("*") ? known.filter((field) => matchesPattern(name, field.name)) : [];
    for (const field of exact === undefined ? fitting : [exact]) numbers.add(field.number);
    const { declared } = fields;
    if (exact !== undefined || fitting.length > 0 || declared === undefined || declared.includes(name)) continue;
    throw notSearchable(
      name,
      known.map((field) => field.name),
      refusal,
    );
  }
  return isAll ? undefined : numbers;
}
