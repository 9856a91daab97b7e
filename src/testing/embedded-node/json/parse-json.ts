import type { JsonValue } from "../../../core/types.ts";
import { JsonScanner, JsonSyntaxError } from "./json-scanner.ts";

/** Parses JSON text; a wrong text is a `JsonSyntaxError` in the server's words. */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw explain(text) ?? new JsonSyntaxError(String(cause), 1, 1);
  }
}

function explain(text: string): JsonSyntaxError | undefined {
  const scanner = new JsonScanner(text);
  try {
    scanner.skipValue();
    return scanner.atEnd() ? undefined : scanner.error("trailing characters");
  } catch (cause) {
    return cause instanceof JsonSyntaxError ? cause : undefined;
  }
}
