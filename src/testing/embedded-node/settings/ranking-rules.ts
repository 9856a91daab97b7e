import { arrayOf, checkedString } from "../validation/readers.ts";

const BUILT_IN = ["words", "typo", "proximity", "attribute", "attributeRank", "wordPosition", "sort", "exactness"];
const RESERVED = ["_geo", "_geoPoint", "_geoDistance", "_geoRadius", "_geoBoundingBox", "_geoPolygon"];

/** The ranking rules as they are sent: built-in names and `field:asc`, `field:desc`. */
export const rankingRules = arrayOf(checkedString(refusal));

function refusal(rule: string): string | undefined {
  const trimmed = rule.trim();
  if (BUILT_IN.includes(trimmed)) return undefined;
  const field = /^(.+):(?:asc|desc)$/.exec(trimmed)?.[1];
  if (field === undefined) {
    return `\`${rule}\` ranking rule is invalid. Valid ranking rules are words, typo, sort, proximity, attribute, exactness and custom ranking rules.`;
  }
  const reserved = RESERVED.find((name) => field === name || field.startsWith(`${name}(`));
  if (reserved === undefined) return undefined;
  const hint =
    reserved === "_geoPoint" || reserved === "_geo" ? "`_geoPoint` can only be used for sorting at search time" : "";
  return `\`${reserved}\` is a reserved keyword and thus can't be used as a ranking rule. ${hint}`.trimEnd();
}
