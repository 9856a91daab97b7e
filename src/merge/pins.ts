import type { JsonObject } from "../core/types.ts";
import { isObject, numberOf } from "./answer-shape.ts";

/** A hit that a dynamic search rule puts at a fixed place of the list. */
export interface Pin {
  readonly position: number;
  readonly hit: JsonObject;
}

/** The nodes' lists with the pinned hits taken out: those carry no other rule value and cannot be compared. */
export interface Unpinned {
  readonly lists: readonly (readonly JsonObject[])[];
  /** By position; equal positions keep part order, for the rules' precedence is not in the answer. */
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
  return {
    lists: lists.map((list) => list.filter((hit) => !pinned.has(hit))),
    pins: pins.sort((left, right) => left.position - right.position),
  };
}

/** Puts pinned hits at their places; late ones move up when the list is shorter (milli `merge_positioned_hits_into_page`). */
export function injectPins(hits: readonly JsonObject[], pins: readonly Pin[], length: number): JsonObject[] {
  const merged: JsonObject[] = [];
  let nextHit = 0;
  let nextPin = 0;
  while (merged.length < length) {
    const pin = pins[nextPin];
    const hit = hits[nextHit];
    if (pin !== undefined && (pin.position <= merged.length || hit === undefined)) {
      merged.push(pin.hit);
      nextPin += 1;
    } else if (hit !== undefined) {
      merged.push(hit);
      nextHit += 1;
    } else break;
  }
  return merged;
}

function pinOf(hit: JsonObject): Pin | undefined {
  const details = hit["_rankingScoreDetails"];
  const pin = isObject(details) ? details["pin"] : undefined;
  return isObject(pin) ? { hit, position: numberOf(pin["position"], "the position of a pinned hit") } : undefined;
}
