import type { Token } from "../text/tokenizer.ts";
import { bestInterval, placeMatches } from "./best-interval.ts";
import { isSeparator, type MatchedText } from "./matches.ts";

/** A window in a text, as UTF-16 offsets. */
export interface CropWindow {
  readonly start: number;
  readonly end: number;
}

/** The window of so many words around the best matches, or at the beginning of a text without any. */
export function cropWindow(matched: MatchedText, cropLength: number): CropWindow {
  const plan = planGrowth(matched, cropLength);
  grow(plan);
  const before = plan.before.peek();
  const after = plan.after.peek();
  return {
    start: before === undefined ? 0 : before.end,
    end: after === undefined ? matched.text.length : after.start,
  };
}

interface Growth {
  readonly before: TokenWalk;
  readonly after: TokenWalk;
  remaining: number;
}

/** Walks over tokens in one direction. */
class TokenWalk {
  readonly #tokens: readonly Token[];
  readonly #step: 1 | -1;
  #at: number;

  constructor(tokens: readonly Token[], from: number, step: 1 | -1) {
    this.#tokens = tokens;
    this.#at = from;
    this.#step = step;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  advance(): void {
    this.#at += this.#step;
  }
}

function planGrowth(matched: MatchedText, cropLength: number): Growth {
  const { tokens } = matched;
  const interval = bestInterval(placeMatches(matched), cropLength);
  if (interval === undefined) {
    return { before: new TokenWalk(tokens, -1, -1), after: new TokenWalk(tokens, 0, 1), remaining: cropLength };
  }
  const { first, last } = interval;
  const size = last.lastWord - first.firstWord + 1;
  const next = last.match.last + 1;
  if (size <= 0) {
    // An interval that ends before it begins: the server then keeps the whole text.
    return { before: new TokenWalk(tokens, -1, -1), after: new TokenWalk(tokens, tokens.length, 1), remaining: 0 };
  }
  if (cropLength >= size) {
    const before = new TokenWalk(tokens, first.match.first - 1, -1);
    return { before, after: new TokenWalk(tokens, next, 1), remaining: cropLength - size };
  }
  // A single match longer than the window: the server shortens the text from the end of the match backwards.
  const after = new TokenWalk(tokens, Math.min(next, tokens.length - 1), -1);
  return { before: new TokenWalk(tokens, -1, -1), after, remaining: size - cropLength };
}

/** Takes words alternately from both sides until the window holds enough, or the text ends. */
function grow(growth: Growth): void {
  while (growth.remaining > 0) {
    const before = growth.before.peek();
    const after = growth.after.peek();
    if (before === undefined && after === undefined) return;
    if (before !== undefined && after !== undefined) growBoth(growth, before, after);
    else take(growth, before === undefined ? "after" : "before");
  }
}

function growBoth(growth: Growth, before: Token, after: Token): void {
  if (isSeparator(before) && isSeparator(after)) {
    growOverSeparators(growth, before, after);
    return;
  }
  if (!isSeparator(before)) take(growth, "before");
  if (!isSeparator(after) && growth.remaining > 0) take(growth, "after");
}

/** Separators of one kind are passed together, but none is left standing before the crop marker; soft ones go first. */
function growOverSeparators(growth: Growth, before: Token, after: Token): void {
  if (before.kind === after.kind) {
    growth.before.advance();
    if (growth.remaining > 1) growth.after.advance();
  } else if (before.kind === "hardSeparator") growth.after.advance();
  else growth.before.advance();
}

function take(growth: Growth, side: "before" | "after"): void {
  const token = growth[side].peek();
  growth[side].advance();
  if (token !== undefined && !isSeparator(token)) growth.remaining -= 1;
}
