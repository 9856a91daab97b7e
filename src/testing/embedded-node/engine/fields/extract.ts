import type { JsonObject, JsonValue } from "../../../../core/types.ts";
import { normalizeFacet } from "../text/normalize.ts";
import { readGeoPoint } from "./geo.ts";
import type { NameMatch } from "./name-match.ts";

/** What one document holds in one field. */
export interface FieldValues {
  readonly numbers: Set<number>;
  /** Normalised form → the last form in the document. Booleans are the strings `true` and `false`. */
  readonly strings: Map<string, string>;
  isNull: boolean;
  isEmpty: boolean;
}

/** The values of a document in every indexed field; a field that exists without a value has an entry too. */
export function extractValues(document: JsonObject, match: (field: string) => NameMatch): Map<string, FieldValues> {
  const extractor = new Extractor(match);
  for (const [name, value] of Object.entries(document)) {
    if (name !== "_geo" && name !== "_vectors") extractor.field(name, value);
  }
  const point = readGeoPoint(document["_geo"]);
  if (point !== undefined) {
    extractor.field("_geo.lat", point.lat);
    extractor.field("_geo.lng", point.lng);
  }
  return extractor.found;
}

/** Every field path of a document, parents before what lies below them. */
export function* fieldPaths(document: JsonObject, prefix = ""): Generator<string> {
  for (const [key, value] of Object.entries(document)) {
    yield `${prefix}${key}`;
    yield* pathsBelow(value, `${prefix}${key}.`);
  }
}

function* pathsBelow(value: JsonValue, prefix: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* pathsBelow(item, prefix);
  else if (typeof value === "object" && value !== null) yield* fieldPaths(value, prefix);
}

/** Walks a document as the server does: objects in arrays lose their index, null and empty count outside arrays only. */
class Extractor {
  readonly found = new Map<string, FieldValues>();
  readonly #match: (field: string) => NameMatch;

  constructor(match: (field: string) => NameMatch) {
    this.#match = match;
  }

  field(path: string, value: JsonValue): void {
    const match = this.#match(path);
    if (match === "match") this.#record(path, value, false);
    if (match === "none") return;
    if (Array.isArray(value)) this.#array(path, value);
    else if (typeof value === "object" && value !== null) this.#object(path, value);
  }

  #object(path: string, object: JsonObject): void {
    for (const [key, value] of Object.entries(object)) this.field(`${path}.${key}`, value);
  }

  #array(path: string, values: readonly JsonValue[]): void {
    for (const value of values) {
      if (Array.isArray(value)) this.#array(path, value);
      else if (typeof value === "object" && value !== null) this.#object(path, value);
      else if (this.#match(path) === "match") this.#record(path, value, true);
    }
  }

  #record(path: string, value: JsonValue, isInArray: boolean): void {
    const values = this.#valuesOf(path);
    if (typeof value === "number") values.numbers.add(value === 0 ? 0 : value);
    else if (typeof value === "boolean") values.strings.set(String(value), String(value));
    else if (typeof value === "string" && value !== "") values.strings.set(normalizeFacet(value), value);
    else if (!isInArray && value === null) values.isNull = true;
    else if (!isInArray && isEmpty(value)) values.isEmpty = true;
  }

  #valuesOf(path: string): FieldValues {
    const known = this.found.get(path);
    if (known !== undefined) return known;
    const values: FieldValues = { numbers: new Set(), strings: new Map(), isNull: false, isEmpty: false };
    this.found.set(path, values);
    return values;
  }
}

function isEmpty(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return value === "";
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
