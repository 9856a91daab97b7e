/** Writing systems that the tokenizer treats apart; text in any other is left as it is, digits and punctuation belong to their neighbours. */
export type Script =
  | "latin"
  | "cyrillic"
  | "greek"
  | "georgian"
  | "armenian"
  | "arabic"
  | "hebrew"
  | "thai"
  | "khmer"
  | "hangul"
  | "cj"
  | "foreign"
  | "other";

/** Ranges as the server draws them (first match wins), which are wider than Unicode's own script property. */
const RANGES: readonly (readonly [RegExp, Script])[] = [
  [/[a-zA-Z\u0080-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2100-\u214f\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]/u, "latin"],
  [/[\u0400-\u0484\u0487-\u052f\u2de0-\u2dff\ua640-\ua69d\ua69f]/u, "cyrillic"],
  [
    /[\u0600-\u06ff\u0750-\u07ff\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff\u{10e60}-\u{10e7f}\u{1ee00}-\u{1eeff}]/u,
    "arabic",
  ],
  [/[\u0590-\u05ff]/u, "hebrew"],
  [/[\u10a0-\u10ff]/u, "georgian"],
  [/[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f\u3200-\u32ff\ua960-\ua97f\ud7b0-\ud7ff\uff00-\uffef]/u, "hangul"],
  [
    /[\u3040-\u30ff\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4db5\u4e00-\u9fcc\uf900-\ufad9]/u,
    "cj",
  ],
  [/[\u0370-\u03ff]/u, "greek"],
  [/[\u0531-\u058f]/u, "armenian"],
  [/[\u0e00-\u0e7f]/u, "thai"],
  [/[\u1780-\u17ff\u19e0-\u19ff]/u, "khmer"],
  [/[\u0900-\u0dff\u1000-\u109f\u1200-\u139f\u1cd0-\u1cff\u2d80-\u2ddf\ua8e0-\ua8ff\uab00-\uab2f]/u, "foreign"],
];

/** The writing system of one character. */
export function scriptOf(char: string): Script {
  for (const [range, script] of RANGES) if (range.test(char)) return script;
  return "other";
}

/** The writing system of a word: that of its first character that has one. */
export function scriptOfText(text: string): Script {
  if (/[a-zA-Z]/.test(text)) return "latin";
  for (const char of text) {
    const script = scriptOf(char);
    if (script !== "other") return script;
  }
  return "other";
}
