import type { JsonObject, JsonValue } from "../../../core/types.ts";
import type { Reader } from "../validation/place.ts";
import { arrayOf, boolean, byte, nullable, object, string } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import type { Setting } from "./setting.ts";

interface WordSizes {
  oneTypo?: number | null;
  twoTypos?: number | null;
}

interface TypoTolerance {
  enabled?: boolean | null;
  minWordSizeForTypos?: WordSizes | null;
  disableOnWords?: string[] | null;
  disableOnAttributes?: string[] | null;
  disableOnNumbers?: boolean | null;
}

const INITIAL_SIZES = { oneTypo: 5, twoTypos: 9 };

const INITIAL: JsonObject = {
  enabled: true,
  minWordSizeForTypos: INITIAL_SIZES,
  disableOnWords: [],
  disableOnAttributes: [],
  disableOnNumbers: false,
};

const sizesOf = object<WordSizes>({ oneTypo: { read: nullable(byte) }, twoTypos: { read: nullable(byte) } });

const wordSizes: Reader<WordSizes> = (value, place) => {
  const sizes = sizesOf(value, place);
  const { oneTypo, twoTypos } = sizes;
  if (typeof oneTypo === "number" && typeof twoTypos === "number" && oneTypo > twoTypos) {
    throw invalidValue(wrongWordSizes(oneTypo, twoTypos), place);
  }
  return sizes;
};

const wordSet: Reader<string[]> = (value, place) => [...new Set(arrayOf(string)(value, place))].sort();

/** The refusal of sizes that are in the wrong order. */
export function wrongWordSizes(oneTypo: number, twoTypos: number): string {
  return (
    "`minWordSizeForTypos` setting is invalid. `oneTypo` and `twoTypos` fields should be between `0` and `255`, and " +
    `\`twoTypos\` should be greater or equals to \`oneTypo\` but found \`oneTypo: ${oneTypo}\` and twoTypos: ${twoTypos}\`.`
  );
}

/** The typo tolerance setting as it is sent. */
export const typoTolerance = object<TypoTolerance>({
  enabled: { read: nullable(boolean) },
  minWordSizeForTypos: { read: nullable(wordSizes) },
  disableOnWords: { read: nullable(wordSet) },
  disableOnAttributes: { read: nullable(wordSet) },
  disableOnNumbers: { read: nullable(boolean) },
}) as unknown as Setting["read"];

/** Members that were sent win over kept ones; `null` puts a member back. */
export function mergeTypoTolerance(kept: JsonValue | undefined, sent: JsonValue): JsonValue {
  const before = (kept ?? INITIAL) as JsonObject;
  const merged: JsonObject = {};
  for (const [name, initial] of Object.entries(INITIAL)) {
    const change = (sent as JsonObject)[name];
    if (change === undefined) merged[name] = before[name] ?? initial;
    else if (name === "minWordSizeForTypos") merged[name] = mergeSizes(before[name], change);
    else merged[name] = change ?? initial;
  }
  return merged;
}

function mergeSizes(kept: JsonValue | undefined, sent: JsonValue): JsonValue {
  if (sent === null) return INITIAL_SIZES;
  const merged: JsonObject = { ...INITIAL_SIZES, ...(kept as JsonObject) };
  for (const [name, size] of Object.entries(sent as JsonObject)) {
    merged[name] = size ?? INITIAL_SIZES[name as keyof typeof INITIAL_SIZES];
  }
  return merged;
}
