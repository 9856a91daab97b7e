import { finiteNumber } from "../filter/finite-number.ts";

/** Why nobody can say with little work which ids a value of a filter is equal to. */
export type OpenLiteral = "letters" | "bigNumber" | "beyondAscii" | "longText";

/** Longest text in bytes that servers compare values by; longer ids are cut there (milli `MAX_FACET_VALUE_LENGTH`). */
const COMPARED_BYTES = 468;

const PRINTABLE = /^[\x20-\x7e]*$/;
const ID = /^[A-Za-z0-9_-]+$/;

/**
 * Every document id that a value of a filter can be equal to. Servers compare a document's key as the value it is: a
 * number with what the literal spells (`42`, `042`, `4.2e1`), a text with the trimmed literal, whatever the case of
 * letters – so that `7` is equal to the ids 7 and "7", and `007` to "007" and 7. More ids than `most` are not listed.
 */
export function idsEqualTo(literal: string, most: number): readonly string[] | OpenLiteral {
  // Servers trim, decompose and lower-case by a Unicode version of their own.
  if (!PRINTABLE.test(literal)) return "beyondAscii";
  const texts = textIds(literal.trim(), most);
  if (typeof texts === "string") return texts;
  const number = finiteNumber(literal);
  if (number === undefined || !Number.isInteger(number)) return texts;
  // From 2^53 on several integers are one number to a server.
  if (!Number.isSafeInteger(number)) return "bigNumber";
  return [...new Set([...texts, String(number)])];
}

/** The ids that differ from a text in nothing but the case of letters; none when it cannot be an id. */
function textIds(text: string, most: number): readonly string[] | OpenLiteral {
  if (!ID.test(text)) return [];
  if (text.length >= COMPARED_BYTES) return "longText";
  const letters = text.replace(/[^A-Za-z]/g, "").length;
  if (2 ** letters > most) return "letters";
  return [...text].reduce<readonly string[]>(
    (starts, char) => starts.flatMap((start) => casesOf(char).map((each) => start + each)),
    [""],
  );
}

function casesOf(char: string): readonly string[] {
  const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
  return lower === upper ? [char] : [lower, upper];
}
