import { arrayOf, checkedString } from "../validation/readers.ts";

const BUILT_IN = ["words", "typo", "proximity", "attribute", "attributeRank", "wordPosition", "sort", "exactness"];
/** Names that stand for something at search time, and for what. */
const PURPOSE_BY_RESERVED: Readonly<Record<string, string | undefined>> = {
  _geoPoint: "sorting",
  _geoRadius: "filtering",
  _geoBoundingBox: "filtering",
  _geo: undefined,
  _geoDistance: undefined,
};

/** The ranking rules as they are sent: built-in names and `field:asc`, `field:desc`. */
export const rankingRules = arrayOf(checkedString(refusal));

function refusal(rule: string): string | undefined {
  if (BUILT_IN.includes(rule)) return undefined;
  const field = /^([\s\S]+):(?:asc|desc)$/.exec(rule)?.[1];
  if (field === undefined) {
    return `\`${rule}\` ranking rule is invalid. Valid ranking rules are words, typo, sort, proximity, attribute, exactness and custom ranking rules.`;
  }
  const reserved = Object.keys(PURPOSE_BY_RESERVED).find((name) => field === name || field.startsWith(`${name}(`));
  if (reserved === undefined) return undefined;
  const purpose = PURPOSE_BY_RESERVED[reserved];
  const shown = purpose === undefined ? field : reserved;
  const words = `\`${shown}\` is a reserved keyword and thus can't be used as a ranking rule`;
  return purpose === undefined ? words : `${words}. \`${reserved}\` can only be used for ${purpose} at search time`;
}
