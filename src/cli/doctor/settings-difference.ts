import { toPhysical } from "../../cluster/settings/physical.ts";
import type { JsonObject, JsonValue } from "../../core/types.ts";

/** Lists whose order means something. */
const ORDERED = new Set(["rankingRules", "searchableAttributes"]);

/**
 * The settings of a node that are not what the logical ones ask for. Fields that only the node has are its own defaults.
 * Embedders are compared by name: nodes fill them in and hide their keys.
 */
export function differingSettings(
  logical: JsonObject,
  found: JsonObject,
  context: { readonly primaryKey: string | null },
): string[] {
  return Object.entries(toPhysical(logical, context))
    .filter(([name, wanted]) => {
      if (name === "embedders") return !isSameSet(namesOf(wanted), namesOf(found[name]));
      return !isWithin(wanted, found[name], ORDERED.has(name));
    })
    .map(([name]) => name);
}

function namesOf(value: JsonValue | undefined): string[] {
  return Object.keys(value ?? {});
}

function isSameSet(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  const other = new Set(b);
  return a.length === b.length && a.every((item) => other.has(item));
}

/** Whether everything that is wanted is found; an absent value and null are the same. */
function isWithin(wanted: JsonValue | undefined, found: JsonValue | undefined, isOrdered: boolean): boolean {
  if (Array.isArray(wanted)) return Array.isArray(found) && isListWithin(wanted, found, isOrdered);
  if (typeof wanted !== "object" || wanted === null) return (wanted ?? null) === (found ?? null);
  if (typeof found !== "object" || found === null || Array.isArray(found)) return false;
  return Object.entries(wanted).every(([name, value]) => isWithin(value, found[name], isOrdered));
}

function isListWithin(wanted: readonly JsonValue[], found: readonly JsonValue[], isOrdered: boolean): boolean {
  if (wanted.length !== found.length) return false;
  if (isOrdered) return wanted.every((item, position) => isWithin(item, found[position], true));
  if (wanted.every((item) => typeof item === "string")) return isSameSet(wanted, found);
  return wanted.every((item) => found.some((other) => isWithin(item, other, false)));
}
