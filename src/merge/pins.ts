import type { JsonObject } from "../core/types.ts";
import { isObject, numberOf } from "./answer-shape.ts";

/** A hit that a dynamic search rule puts at a fixed place of the list. */
export interface Pin<T = JsonObject> {
  readonly position: number;
  readonly hit: T;
}

/** The nodes' lists with the pinned hits taken out: those carry no other rule value and cannot be compared. */
export interface Unpinned {
  readonly lists: readonly (readonly JsonObject[])[];
  /** In part order, each node's in its own order. */
  readonly pins: readonly Pin[];
}

/** Takes pinned hits out of the nodes' lists. */
export function takePins(lists: readonly (readonly JsonObject[])[]): Unpinned {
  const pins: Pin[] = [];
  for (const list of lists) {
    for (const hit of list) {
      const pin = pinOf(hit);
      if (pin !== undefined) pins.push(pin);
    }
  }
  if (pins.length === 0) return { lists, pins };
  const pinned = new Set(pins.map(({ hit }) => hit));
  return { lists: lists.map((list) => list.filter((hit) => !pinned.has(hit))), pins };
}

/** A list with pinned hits at their places, and which hits of either kind are on it. */
export interface PlacedPins<T> {
  readonly list: readonly T[];
  readonly ranked: readonly T[];
  /** By position; those of equal position by precedence. */
  readonly pins: readonly Pin<T>[];
}

/**
 * Puts pinned hits, given by the precedence of their rules, among the ranked ones. A server does so twice: the search of
 * an index takes the pins by precedence, so that one far down holds back those after it, and cuts the list; then the pins
 * left on it go by position.
 */
export function placePins<T>(ranked: readonly T[], pins: readonly Pin<T>[], length: number): PlacedPins<T> {
  const shown = injectPins(ranked, pins, length);
  const byPosition = sortedPins(shown.pins);
  return { list: injectPins(shown.ranked, byPosition, length).list, ranked: shown.ranked, pins: byPosition };
}

/** Pins by position; equal positions stay in order. */
export function sortedPins<T>(pins: readonly Pin<T>[]): Pin<T>[] {
  return [...pins].sort((left, right) => left.position - right.position);
}

/** Puts pinned hits at their places, one after the other; late ones move up when the list is shorter (milli `merge_positioned_hits_into_page`). */
export function injectPins<T>(ranked: readonly T[], pins: readonly Pin<T>[], length: number): PlacedPins<T> {
  const list: T[] = [];
  let nextHit = 0;
  let nextPin = 0;
  while (list.length < length) {
    const pin = pins[nextPin];
    const hit = ranked[nextHit];
    if (pin !== undefined && (pin.position <= list.length || nextHit >= ranked.length)) {
      list.push(pin.hit);
      nextPin += 1;
    } else if (hit !== undefined) {
      list.push(hit);
      nextHit += 1;
    } else break;
  }
  return { list, ranked: ranked.slice(0, nextHit), pins: pins.slice(0, nextPin) };
}

function pinOf(hit: JsonObject): Pin | undefined {
  const details = hit["_rankingScoreDetails"];
  const pin = isObject(details) ? details["pin"] : undefined;
  return isObject(pin) ? { hit, position: numberOf(pin["position"], "the position of a pinned hit") } : undefined;
}
