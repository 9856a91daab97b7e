import type { FilterableRule } from "../engine/contract.ts";
import type { Reader } from "../validation/place.ts";
import { arrayOf, boolean, object, string } from "../validation/readers.ts";
import type { Setting } from "./setting.ts";

interface Features {
  facetSearch?: boolean;
  filter?: { equality?: boolean; comparison?: boolean };
}

const readRule = object<{ attributePatterns: string[]; features?: Features }>({
  attributePatterns: { read: arrayOf(string), required: "invalid_settings_filterable_attributes" },
  features: {
    read: object<Features>({
      facetSearch: { read: boolean },
      filter: {
        read: object<{ equality?: boolean; comparison?: boolean }>({
          equality: { read: boolean },
          comparison: { read: boolean },
        }),
      },
    }),
  },
});

const attribute: Reader<string | FilterableRule> = (value, place) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return string(value, place);
  const rule = readRule(value, place);
  const filter = { equality: true, comparison: false, ...rule.features?.filter };
  return {
    attributePatterns: rule.attributePatterns,
    features: { facetSearch: rule.features?.facetSearch ?? false, filter },
  };
};

/** Names, and rules with patterns whose missing features are filled in. */
export const filterableAttributes = arrayOf(attribute) as unknown as Setting["read"];
