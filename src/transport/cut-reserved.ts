import { Buffer } from "node:buffer";
import { RESERVED_PREFIX, RESERVED_SHARD, RESERVED_VERSION } from "../routing/reserved.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const LETTER_S = 0x73;

const ANY_KEY = Buffer.from(`"${RESERVED_PREFIX}`);
const SHARD_KEY = `"${RESERVED_SHARD}":`;
const VERSION_KEY = `"${RESERVED_VERSION}":`;

/**
 * Cuts miroir's own fields out of a JSON text as nodes write it, in place, before it becomes a string: their brackets
 * would make it one of two bytes a letter, which takes several times as long to decode and to parse. A quote after `{` or
 * `,` that no backslash precedes opens a key or a value, and a colon follows only a key, so that nothing inside a value
 * is taken for one. A field of any other form than miroir writes stays; documents with such keys inside are refused when
 * they are written.
 */
export function cutReserved(json: Buffer): Buffer {
  let key = json.indexOf(ANY_KEY);
  if (key < 0) return json;
  let kept = 0;
  let copied = 0;
  for (let next = 0; key >= 0; key = next) {
    const end = endOfField(json, key);
    next = nextKey(json, end < 0 ? key + ANY_KEY.length : end);
    if (end < 0) continue;
    // The comma before it may have gone with the field in front of it.
    const isFirst = json[key - 1] === OPENING_BRACE || key === copied;
    const upTo = isFirst ? key : key - 1;
    json.copyWithin(kept, copied, upTo);
    kept += upTo - copied;
    copied = isFirst && json[end] === COMMA ? end + 1 : end;
  }
  json.copyWithin(kept, copied);
  return json.subarray(0, kept + json.length - copied);
}

/** Where the next field that may be one of miroir's begins: they mostly stand side by side, and looking there is quicker. */
function nextKey(json: Buffer, from: number): number {
  const isNext = json[from] === COMMA && json[from + 1] === QUOTE && json[from + 2] === ANY_KEY[1];
  return isNext && ANY_KEY.equals(json.subarray(from + 1, from + 1 + ANY_KEY.length))
    ? from + 1
    : json.indexOf(ANY_KEY, from);
}

/** Where the field that begins at `key` ends, or -1 when it is none of miroir's. */
function endOfField(json: Buffer, key: number): number {
  const before = json[key - 1];
  if (before !== OPENING_BRACE && before !== COMMA) return -1;
  const isShard = json[key + ANY_KEY.length] === LETTER_S;
  const name = isShard ? SHARD_KEY : VERSION_KEY;
  const value = key + name.length;
  if (json.toString("latin1", key, value) !== name) return -1;
  return isShard ? endOfTags(json, value) : endOfDigits(json, value);
}

/** `["…","…"]`, every text of brackets. */
function endOfTags(json: Buffer, start: number): number {
  if (json[start] !== OPENING_BRACKET) return -1;
  for (let at = start + 1; ; at += 1) {
    at = endOfDigits(json, at);
    if (at < 0) return -1;
    if (json[at] === CLOSING_BRACKET) return at + 1;
    if (json[at] !== COMMA) return -1;
  }
}

/** A text of nothing but the brackets that stand for digits: U+2983 to U+2992, three bytes each. */
function endOfDigits(json: Buffer, start: number): number {
  if (json[start] !== QUOTE) return -1;
  for (let at = start + 1; ; at += 3) {
    if (json[at] === QUOTE) return at + 1;
    const last = json[at + 2] ?? 0;
    if (json[at] !== 0xe2 || json[at + 1] !== 0xa6 || last < 0x83 || last > 0x92) return -1;
  }
}
