import type { JsonObject, JsonValue } from "../../core/types.ts";
import type { IndexRows } from "../physical-names.ts";
import { physicalUid } from "../registry.ts";
import { isObject } from "./json-shape.ts";

/** Foreign keys as the nodes get them: with the names that they know the indexes by. */
export function physicalForeignKeys(rows: IndexRows, settings: JsonObject): JsonObject {
  const keys = settings["foreignKeys"];
  if (!Array.isArray(keys)) return settings;
  return { ...settings, foreignKeys: keys.map((key) => withPhysicalUid(rows, key)) };
}

function withPhysicalUid(rows: IndexRows, key: JsonValue): JsonValue {
  const row = rows.get(foreignUidOf(key));
  return isObject(key) && row?.deleted === false ? { ...key, foreignIndexUid: physicalUid(row) } : key;
}

/** The index that a foreign key names; an empty text when it names none. */
export function foreignUidOf(key: JsonValue): string {
  return isObject(key) && typeof key["foreignIndexUid"] === "string" ? key["foreignIndexUid"] : "";
}
