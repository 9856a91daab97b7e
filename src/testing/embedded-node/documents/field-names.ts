import type { JsonValue } from "../../../core/types.ts";

/** Adds the dotted names of all fields of a document, those that hold other fields included. */
export function collectFieldNames(value: JsonValue, names: Set<string>, path = ""): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null) collectFieldNames(item, names, path);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const name = path === "" ? key : `${path}.${key}`;
      if (name === "_vectors") continue;
      names.add(name);
      collectFieldNames(member, names, name);
    }
  }
}
