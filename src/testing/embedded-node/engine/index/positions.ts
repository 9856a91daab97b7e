import type { JsonValue } from "../../../../core/types.ts";
import { utf8Length } from "../text/normalize.ts";
import { type TokenizerOptions, tokenize } from "../text/tokenizer.ts";

/** Words further apart than this, or in different sentences, are as far as can be. */
const HARD_DISTANCE = 8;
const MAX_POSITION = 65_535;
const MAX_WORD_BYTES = 250;

/** A word and its place within one field. */
export interface PlacedWord {
  readonly word: string;
  readonly position: number;
}

/**
 * Places of the words of a field's leaf values: neighbours are one apart, words on either side of a hard separator or in
 * different values eight apart. Stop words take a place but are not indexed; words above 250 bytes are skipped.
 */
export function placeWords(values: readonly JsonValue[], options: TokenizerOptions): PlacedWord[] {
  const placed: PlacedWord[] = [];
  let base: number | undefined;
  for (const value of values) {
    const text = textOf(value);
    base = base === undefined ? 0 : base + HARD_DISTANCE;
    if (text === undefined || base > MAX_POSITION) continue;
    for (const item of placeText(text, base, options)) {
      if (item.position > MAX_POSITION) break;
      if (item.word === "" || utf8Length(item.word) > MAX_WORD_BYTES) continue;
      base = item.position;
      placed.push(item);
    }
  }
  return placed;
}

function textOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function* placeText(text: string, start: number, options: TokenizerOptions): Iterable<PlacedWord> {
  let position = start;
  let isFirst = true;
  let isHard = false;
  for (const token of tokenize(text, options)) {
    if (token.kind === "hardSeparator" || token.kind === "softSeparator") {
      isHard ||= !isFirst && token.kind === "hardSeparator";
      continue;
    }
    if (token.lemma === "") continue;
    if (!isFirst) position += isHard ? HARD_DISTANCE : 1;
    isFirst = false;
    isHard = false;
    if (token.kind === "word") yield { word: token.lemma.trim(), position };
  }
}

/** Positions as the position rules see them: exact up to 15, then ever coarser. */
export function bucketedPosition(position: number): number {
  if (position < 16) return position;
  if (position < 24) return 24;
  return 2 ** Math.ceil(Math.log2(position));
}
