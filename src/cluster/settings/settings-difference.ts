import type { JsonObject, JsonValue } from "../../core/types.ts";
import { objectOf } from "./json-shape.ts";

/** Lists whose order means something. */
const ORDERED = new Set(["rankingRules", "searchableAttributes"]);

/** Settings that nodes show only while their features are on. */
const OFTEN_HIDDEN = new Set(["foreignKeys", "chat"]);

/** Fields of embedders that nodes show masked. */
const MASKED = new Set(["apiKey"]);

/**
 * The settings of a node that are not what they should be, by name. Fields that only the node has are its own defaults;
 * lists that are sets are compared as sets; secrets, which nodes mask, are not compared.
 */
export function differingSettings(physical: JsonObject, found: JsonObject): string[] {
  return Object.entries(physical)
    .filter(([name, wanted]) => {
      if (OFTEN_HIDDEN.has(name) && found[name] === undefined) return false;
      if (name === "embedders") return !areEmbeddersWithin(objectOf(wanted), objectOf(found[name]));
      return !isWithin(wanted, found[name], ORDERED.has(name));
    })
    .map(([name]) => name);
}

/**
 * The settings body that takes a node back to what its settings should be.
 * @param differing names that {@link differingSettings} answered
 */
export function restoringPatch(physical: JsonObject, found: JsonObject, differing: readonly string[]): JsonObject {
  const patch = Object.fromEntries(differing.map((name) => [name, physical[name] ?? null]));
  if (patch["embedders"] === undefined) return patch;
  const wanted = objectOf(physical["embedders"]);
  const gone = Object.keys(objectOf(found["embedders"])).filter((name) => wanted[name] === undefined);
  return { ...patch, embedders: { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted } };
}

function areEmbeddersWithin(wanted: JsonObject, found: JsonObject): boolean {
  if (!isSameSet(Object.keys(wanted), Object.keys(found))) return false;
  return Object.entries(wanted).every(([name, embedder]) => isEmbedderWithin(embedder, found[name]));
}

/** Nodes leave out what is off; a composite embedder has two inside. */
function isEmbedderWithin(wanted: JsonValue, found: JsonValue | undefined): boolean {
  return Object.entries(objectOf(wanted)).every(([field, value]) => {
    const other = objectOf(found)[field];
    if (MASKED.has(field) || (value === false && other === undefined)) return true;
    return field.endsWith("Embedder") ? isEmbedderWithin(value, other) : isWithin(value, other, true);
  });
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
