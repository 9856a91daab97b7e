import { compactJson } from "../../routing/payload/json-text.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";

/**
 * What two copies of a document have in common when they are equal: every field with its value, whatever their order and
 * the white space between them. Vectors may be the nodes' own and differ in the last digits, so they are left out.
 */
export function contentOf({ fields }: RawRecord): string {
  const entries = fields
    .filter(({ key }) => key !== "_vectors")
    .map(({ key, rawValue }) => [key, compactJson(rawValue)]);
  return JSON.stringify(entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}
