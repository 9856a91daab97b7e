/** Punctuation, mathematical operators and spaces, but those that the server's list lacks, and a few it has beside them. */
const SEPARATOR = /^(?:[\0\t\n\r+`\u00b1\u00d7\u00f7\u200c\u2212-\u22ff\p{P}\p{Zs}\p{Zp}]|[.,] |\u17d4\u179b\u17d4)$/u;
const NOT_SEPARATOR =
  /^[\u00a0\u037e\u0387\u061d\u066b\u066c\u0f0c\u1b4e\u1b4f\u1b7d-\u1b7f\u2000\u2001\u2011\u202f\u205f\u2226\u228e\u2329\u232a\u2e53-\u2e5d\u{10d6e}\u{10ed0}\u{10f86}-\u{10f89}\u{113d4}\u{113d5}\u{113d7}\u{113d8}\u{116b9}\u{11b00}-\u{11b09}\u{11be1}\u{11f43}-\u{11f4f}\u{12ff1}\u{12ff2}\u{16d6d}-\u{16d6f}\u{1e5ff}]$/u;

/** Punctuation that ends a sentence or clause; comma and full stop only before a space, colon never. */
const HARD =
  /^(?:[\0\u00a1\u00a7\u00b4\u00b6\u00bf\u055c-\u055e\u07f7\u0df4\u0f04-\u0f07\u0f09\u0f0a\u0f14\u0fd0-\u0fd4\u10fb\u169b\u169c\u17d8\u1800\u1801\u1806\u1a1f\u1aac\u1aad\u1b5c\u1b60\u1bfc-\u1bff\u1cc0-\u1cc7\u2025\u2026\u203b\u204f\u2056\u205a\u2cfc\u2cfe\u2e18\ua6f2\ua95f\ua9c3-\ua9c6\ua9ca-\ua9cd\uaa5c\ufe10\ufe11\ufe13\ufe14\ufe19\ufe30\ufe45\u{10a50}-\u{10a55}\u{10a58}\u{11140}\u{11175}\u{11660}-\u{1166c}\u{11a3f}-\u{11a41}\u{11a44}-\u{11a46}\u{11a9a}\u{11a9e}-\u{11aa0}\u{11c70}\u{11fff}\u{16e99}\u{16e9a}\u{1e95e}\u{1e95f}\p{Terminal_Punctuation}]|[.,] |\u17d4\u179b\u17d4)$/u;
const NOT_HARD =
  /^[,.:\u061e\u070a\u070c\u0837\u1361\u166e\u2e3c\u2e4c\u2e4e\u2e4f\u{1039f}\u{103d0}\u{1091f}\u{1123a}\u{1145b}\u{115c4}\u{115c5}\u{11c43}\u{12470}]$/u;

/** Whether a character, or one of the few longer sequences, separates words when no setting says otherwise. */
export function isDefaultSeparator(text: string): boolean {
  return SEPARATOR.test(text) && !NOT_SEPARATOR.test(text);
}

/** Whether a separator ends the sentence it stands in: words on either side are eight positions apart instead of one. */
export function isHardSeparator(text: string): boolean {
  return HARD.test(text) && !NOT_HARD.test(text);
}

/** The default separators of more than one character. */
export const LONG_SEPARATORS: readonly string[] = [". ", ", ", "\u17d4\u179b\u17d4"];
