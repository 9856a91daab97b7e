/** Where a value stands in a request and which error code a wrong value gets. */
export interface Place {
  /** As the server words it: `.q`, `[0].indexes[1]` in bodies, `limit` in queries; empty for the whole. */
  readonly path: string;
  readonly code: string;
  readonly source: "body" | "query";
}

/** Turns an unchecked value into a checked one, or throws the server's refusal. */
export type Reader<T> = (value: unknown, place: Place) => T;

/** The place of a whole JSON body; unknown fields get `bad_request` unless told. */
export function bodyPlace(code = "bad_request"): Place {
  return { path: "", code, source: "body" };
}

/** The place of a whole query string. */
export function queryPlace(): Place {
  return { path: "", code: "bad_request", source: "query" };
}

/** A member of an object, by default with the error code of the object. */
export function atKey(place: Place, key: string, code: string | undefined): Place {
  const path = place.source === "body" ? `${place.path}.${key}` : key;
  return { path, code: code ?? place.code, source: place.source };
}

/** An item of an array. */
export function atIndex(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]` };
}
