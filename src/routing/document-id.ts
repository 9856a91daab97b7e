import type { JsonValue } from "../core/types.ts";
import { DocumentRefusal } from "./document-refusal.ts";
import { integerText } from "./number-text.ts";
import { compactJson } from "./payload/json-text.ts";

/** Text that the server takes as a document id: letters, digits, `-` and `_`, 511 at most. */
const VALID_ID = /^[A-Za-z0-9_-]{1,511}$/;

/**
 * The text under which a document is known, as the server forms it: `42` and `"42"` are one document, `"042"` another.
 * @param rawText the value's JSON as it was written, which matters for numbers above 2⁵³
 * @throws DocumentRefusal `invalid_document_id` for floats, null, booleans, lists, objects, empty, long or other texts
 */
export function canonicalId(value: JsonValue | undefined, rawText?: string): string {
  if (typeof value === "string" && VALID_ID.test(value)) return value;
  if (typeof value === "number") {
    const text = integerText(rawText ?? String(value));
    if (text !== undefined) return text;
  }
  const shown = compactJson(rawText ?? JSON.stringify(value ?? null));
  throw new DocumentRefusal("invalid_document_id", message(shown));
}

/** The server's sentence about an id that it refuses; `id` is the value as JSON. */
function message(id: string): string {
  return (
    `Document identifier \`${id}\` is invalid. A document identifier can be of type integer or string, only composed of ` +
    "alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not be more than 511 bytes."
  );
}
