/** Every top-level field that starts with this belongs to miroir and is never shown. */
export const RESERVED_PREFIX = "_miroir_";

/** Field of the slot tags: an array with one tag per shard count from 16 to 4,096. */
export const RESERVED_SHARD = "_miroir_shard";

/** Field of the write's stamp, from the hybrid logical clock. */
export const RESERVED_VERSION = "_miroir_version";

/** A field that no document has: nodes asked for distinct values of it leave out none, whatever the index's setting. */
export const NO_DISTINCT = "_miroir_nothing";

/** The bracket that stands for digit 0; the sixteen from here on are separators to the server's tokenizer. */
const FIRST_DIGIT = 0x2983;

/** Fewest and most shards of a cluster; the tags of a document cover every power of two between them. */
export const MIN_SHARDS = 16;
/** See {@link MIN_SHARDS}. */
export const MAX_SHARDS = 4096;

/** Whether a field name is one of miroir's own. */
export function isReserved(field: string): boolean {
  return field.startsWith(RESERVED_PREFIX);
}

/** Whether a text holds one of the sixteen brackets that reserved values are written in. */
export function hasDigit(text: string): boolean {
  return /[\u2983-\u2992]/.test(text);
}

/** Writes lower-case hexadecimal digits as brackets, so that the value never becomes a word of the index. */
export function encodeDigits(hex: string): string {
  let text = "";
  for (const digit of hex) text += String.fromCharCode(FIRST_DIGIT + Number.parseInt(digit, 16));
  return text;
}

/** The hexadecimal digits behind a text of brackets; throws `RangeError` on any other character. */
export function decodeDigits(text: string): string {
  let hex = "";
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - FIRST_DIGIT;
    if (digit < 0 || digit > 15) throw new RangeError(`Not a reserved digit at ${index} of ${JSON.stringify(text)}`);
    hex += digit.toString(16);
  }
  return hex;
}

/** Whether a number can be a cluster's shard count: a power of two from 16 to 4,096. */
export function isShardCount(shards: number): boolean {
  return Number.isInteger(shards) && shards >= MIN_SHARDS && shards <= MAX_SHARDS && (shards & (shards - 1)) === 0;
}

/** Tag of one shard at one shard count: a digit for the level (0 is 16 shards, 8 is 4,096), three for the shard. */
export function shardTag(shards: number, shard: number): string {
  const level = Math.log2(shards / MIN_SHARDS);
  return String.fromCharCode(
    FIRST_DIGIT + level,
    FIRST_DIGIT + ((shard >> 8) & 15),
    FIRST_DIGIT + ((shard >> 4) & 15),
    FIRST_DIGIT + (shard & 15),
  );
}

/** Every tag that a document with these low 12 hash bits carries, so that doubling the shards rewrites nothing. */
export function shardTags(hash12: number): readonly string[] {
  const tags: string[] = [];
  for (let shards = MIN_SHARDS; shards <= MAX_SHARDS; shards *= 2) tags.push(shardTag(shards, hash12 & (shards - 1)));
  return tags;
}

/** The filter that limits a node to the shards it was asked for; a single shard is everything that miroir wrote. */
export function shardFilter(shards: number, asked: readonly number[]): string {
  if (shards === 1) return `${RESERVED_SHARD} EXISTS`;
  return `${RESERVED_SHARD} IN [${asked.map((shard) => `"${shardTag(shards, shard)}"`).join(", ")}]`;
}
