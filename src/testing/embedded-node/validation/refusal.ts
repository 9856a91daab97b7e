import { ApiError } from "../http/api-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Place } from "./place.ts";

/** ``Invalid value type at `.q`: expected a string, but found …`` */
export function wrongKind(value: unknown, expected: string, place: Place): ApiError {
  const wording = place.source === "body" ? " at" : " for parameter";
  const wanted = place.source === "body" ? expected : "a string";
  return refuse(
    place,
    `Invalid value type${located(place, wording)}: expected ${wanted}, but found ${describe(value)}`,
  );
}

/** ``Unknown field `x`: expected one of …`` */
export function unknownKey(key: string, accepted: readonly string[], place: Place): ApiError {
  const noun = place.source === "body" ? "field" : "parameter";
  return refuse(place, `Unknown ${noun} \`${key}\`${located(place, " inside")}: ${choices(key, accepted)}`);
}

/** ``Immutable field `x`: expected one of …`` */
export function immutableKey(key: string, accepted: readonly string[], code: string): ApiError {
  return new ApiError(code, `Immutable field \`${key}\`: expected one of ${quoted(accepted)}`);
}

/** ``Unknown value `x` at `.y`: expected one of …`` */
export function unknownValue(value: string, accepted: readonly string[], place: Place): ApiError {
  const wording = place.source === "body" ? " at" : " for parameter";
  return refuse(place, `Unknown value \`${value}\`${located(place, wording)}: ${choices(value, accepted)}`);
}

/** ``Invalid value at `.y`: …`` with words of the caller's choice. */
export function invalidValue(message: string, place: Place): ApiError {
  const wording = place.source === "body" ? " at" : " in parameter";
  return refuse(place, `Invalid value${located(place, wording)}: ${message}`);
}

/** ``Missing field `x` inside `.y` `` */
export function missingField(field: string, place: Place, code: string | undefined): ApiError {
  const noun = place.source === "body" ? "field" : "parameter";
  return new ApiError(code ?? place.code, `Missing ${noun} \`${field}\`${located(place, " inside")}`);
}

/** The kind of a value with its JSON text: ``a positive integer: `12` ``. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return `${kindOf(value)}: \`${JSON.stringify(value)}\``;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "a string";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value !== "number") return "an object";
  if (!Number.isInteger(value)) return "a number";
  return value < 0 ? "a negative integer" : "a positive integer";
}

function choices(received: string, accepted: readonly string[]): string {
  return `${didYouMean(received, accepted)}expected one of ${quoted(accepted)}`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

function located(place: Place, wording: string): string {
  return place.path === "" ? "" : `${wording} \`${place.path}\``;
}

function refuse(place: Place, message: string): ApiError {
  return new ApiError(place.code, message);
}
