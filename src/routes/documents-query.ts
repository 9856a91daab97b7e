import type { JsonObject, JsonValue } from "../core/types.ts";
import { readSort } from "./sort-parameter.ts";

type Reader = (text: string) => JsonValue | undefined;

const asCount: Reader = (text) => (/^\d+$/.test(text) ? Number(text) : undefined);
const asList: Reader = (text) => (text === "" ? [] : text.split(","));

/** How each parameter of `GET indexes/:uid/documents` reads as a field of the fetch body. */
const READERS: Readonly<Record<string, Reader>> = {
  offset: asCount,
  limit: asCount,
  fields: asList,
  retrieveVectors: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  filter: (text) => text,
  ids: asList,
  sort: readSort,
};

/** The fetch body that means the same as the parameters; `undefined` when one is unknown or cannot be read. */
export function bodyOfDocumentsQuery(params: Readonly<Record<string, string>>): JsonObject | undefined {
  const body: JsonObject = {};
  for (const [name, text] of Object.entries(params)) {
    const value = Object.hasOwn(READERS, name) ? READERS[name]?.(text) : undefined;
    if (value === undefined) return undefined;
    body[name] = value;
  }
  return body;
}
