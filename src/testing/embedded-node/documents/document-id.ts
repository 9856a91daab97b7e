import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";

/** The text that identifies a document, or why the value cannot be one. */
export function idText(value: JsonValue): string | { readonly refusal: string } {
  if (typeof value === "number" && Number.isInteger(value)) return integerText(value);
  if (typeof value === "string" && /^[A-Za-z0-9_-]{1,511}$/.test(value)) return value;
  return {
    refusal:
      `Document identifier \`${JSON.stringify(value)}\` is invalid. A document identifier can be of type integer or ` +
      "string, only composed of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not be " +
      "more than 511 bytes.",
  };
}

/** The id of a document by the index's primary key, which may be a path; throws the error that fails the task. */
export function documentId(document: JsonObject, primaryKey: string): string {
  const candidates = valuesAt(document, primaryKey);
  const [value] = candidates;
  if (value === undefined) {
    throw new ApiError(
      "missing_document_id",
      `Document doesn't have a \`${primaryKey}\` attribute: \`${JSON.stringify(document)}\`.`,
    );
  }
  if (candidates.length > 1) {
    throw new ApiError(
      "invalid_document_id",
      `Document have too many matching \`${primaryKey}\` attribute: \`${JSON.stringify(document)}\`.`,
    );
  }
  const text = idText(value);
  if (typeof text !== "string") throw new ApiError("invalid_document_id", text.refusal);
  return text;
}

/** Values at a dotted path, which any prefix of the path may spell as one key. */
function valuesAt(document: JsonObject, path: string): JsonValue[] {
  const found: JsonValue[] = [];
  for (const [key, value] of Object.entries(document)) {
    if (key === path) found.push(value);
    else if (path.startsWith(`${key}.`)) found.push(...valuesInside(value, path.slice(key.length + 1)));
  }
  return found;
}

function valuesInside(value: JsonValue, path: string): JsonValue[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? valuesAt(value, path) : [];
}

/** Integers above 2^53 went through a float; their text is the nearest whole number, without an exponent. */
function integerText(value: number): string {
  return BigInt(value).toString();
}
