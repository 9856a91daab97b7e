import type { JsonObject } from "../core/types.ts";
import { asBoolean, type QueryReader, readQuery } from "./query-reader.ts";
import { readSort } from "./sort-parameter.ts";

const asCount: QueryReader = (text) => (/^\d+$/.test(text) ? Number(text) : undefined);
const asList: QueryReader = (text) => (text === "" ? [] : text.split(","));

/** How each parameter of `GET indexes/:uid/documents` reads as a field of the fetch body. */
const READERS: Readonly<Record<string, QueryReader>> = {
  offset: asCount,
  limit: asCount,
  fields: asList,
  retrieveVectors: asBoolean,
  filter: (text) => text,
  ids: asList,
  sort: readSort,
};

/** The fetch body that means the same as the parameters; `undefined` when one is unknown or cannot be read. */
export function bodyOfDocumentsQuery(params: Readonly<Record<string, string>>): JsonObject | undefined {
  return readQuery(params, READERS);
}
