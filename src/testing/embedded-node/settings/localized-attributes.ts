import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { arrayOf, object, oneOf, string } from "../validation/readers.ts";
import type { Setting } from "./setting.ts";

/** Two-letter codes and the three-letter codes they stand for, in the server's order. */
const PAIRS =
  "af-afr ak-aka am-amh ar-ara az-aze be-bel bn-ben bg-bul ca-cat cs-ces da-dan de-deu el-ell en-eng eo-epo et-est " +
  "fi-fin fr-fra gu-guj he-heb hi-hin hr-hrv hu-hun hy-hye id-ind it-ita jv-jav ja-jpn kn-kan ka-kat km-khm ko-kor " +
  "la-lat lv-lav lt-lit ml-mal mr-mar mk-mkd my-mya ne-nep nl-nld nb-nob or-ori pa-pan fa-pes pl-pol pt-por ro-ron " +
  "ru-rus si-sin sk-slk sl-slv sn-sna es-spa sr-srp sv-swe ta-tam te-tel tl-tgl th-tha tk-tuk tr-tur uk-ukr ur-urd " +
  "uz-uzb vi-vie yi-yid zh-zho zu-zul";

const CODES = PAIRS.split(" ").map((pair) => pair.split("-") as [string, string]);
const LONG_BY_SHORT = new Map(CODES);

/** Every locale the server takes. */
export const LOCALES = [...CODES.map(([short]) => short), ...CODES.map(([, long]) => long), "cmn"];

/** Attribute patterns with their locales. */
export const localizedAttributes = arrayOf(
  object<{ attributePatterns: string[]; locales: string[] }>({
    attributePatterns: { read: arrayOf(string), required: "invalid_settings_localized_attributes" },
    locales: { read: arrayOf(oneOf(LOCALES)), required: "invalid_settings_localized_attributes" },
  }),
) as unknown as Setting["read"];

/** Rules are read back with three-letter codes. */
export function presentLocalizedAttributes(kept: JsonValue): JsonValue {
  return (kept as JsonObject[]).map((rule) => ({
    ...rule,
    locales: (rule["locales"] as string[]).map((locale) => LONG_BY_SHORT.get(locale) ?? locale),
  }));
}
