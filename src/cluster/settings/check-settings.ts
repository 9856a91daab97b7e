import { MiroirError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/types.ts";
import { hasDigit, isReserved } from "../../routing/reserved.ts";
import { objectOf, textsOf } from "./json-shape.ts";

/**
 * Refuses settings that would make miroir's own fields searchable, or that name them.
 * @throws MiroirError `miroir_reserved_field`
 */
export function checkSettings(logical: JsonObject): void {
  for (const key of ["nonSeparatorTokens", "dictionary"]) {
    const token = textsOf(logical[key]).find(hasDigit);
    if (token === undefined) continue;
    const characters = "the brackets U+2983 to U+2992, in which miroir writes its own fields";
    throw reserved(`\`${key}\` names ${JSON.stringify(token)}, but ${characters}, must stay separators.`);
  }
  for (const [key, names] of Object.entries(attributeNames(logical))) {
    const name = names.find(isReserved);
    if (name !== undefined) {
      throw reserved(`\`${key}\` names \`${name}\`, but attributes starting with \`_miroir_\` belong to miroir.`);
    }
  }
}

function reserved(message: string): MiroirError {
  return new MiroirError("miroir_reserved_field", message);
}

/** Every attribute and pattern that settings name, by the setting. */
function attributeNames(logical: JsonObject): Record<string, string[]> {
  const { distinctAttribute } = logical;
  return {
    searchableAttributes: textsOf(logical["searchableAttributes"]),
    displayedAttributes: textsOf(logical["displayedAttributes"]),
    filterableAttributes: [...textsOf(logical["filterableAttributes"]), ...patterns(logical, "filterableAttributes")],
    sortableAttributes: textsOf(logical["sortableAttributes"]),
    rankingRules: textsOf(logical["rankingRules"]),
    distinctAttribute: typeof distinctAttribute === "string" ? [distinctAttribute] : [],
    "typoTolerance.disableOnAttributes": textsOf(objectOf(logical["typoTolerance"])["disableOnAttributes"]),
    "faceting.sortFacetValuesBy": Object.keys(objectOf(objectOf(logical["faceting"])["sortFacetValuesBy"])),
    localizedAttributes: patterns(logical, "localizedAttributes"),
  };
}

function patterns(logical: JsonObject, key: string): string[] {
  const rules = logical[key];
  return Array.isArray(rules) ? rules.flatMap((rule) => textsOf(objectOf(rule)["attributePatterns"])) : [];
}
