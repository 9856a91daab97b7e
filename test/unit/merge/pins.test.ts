import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { mergeHits } from "../../../src/merge/hits.ts";
import { pinPrecedence, type RulePin } from "../../../src/merge/pin-precedence.ts";
import { placePins } from "../../../src/merge/pins.ts";

const pin = (hit: string, position: number) => ({ hit, position });
const RANKED = ["a", "b", "c", "d", "e"];

describe("placing pinned hits", () => {
  it("puts each at its place, and moves late ones up when the hits run out", () => {
    expect(placePins(RANKED, [pin("p", 0), pin("q", 2)], 4).list).toEqual(["p", "a", "q", "b"]);
    expect(placePins(["a"], [pin("p", 7)], 4).list).toEqual(["a", "p"]);
  });

  it("leaves out what waits behind a pin that the page does not reach", () => {
    expect(placePins(RANKED, [pin("far", 4), pin("near", 0)], 3).list).toEqual(["a", "b", "c"]);
    expect(placePins(RANKED, [pin("far", 4), pin("near", 0)], 6).list).toEqual(["near", "a", "b", "c", "far", "d"]);
    expect(placePins(RANKED, [pin("far", 4), pin("near", 0)], 7).ranked).toEqual(RANKED);
  });
});

describe("the precedence of pins", () => {
  const rule = (id: string, position: number, precedence: number | null = null): RulePin => {
    return { rule: `rule-${id}`, id, position, precedence };
  };

  it("matters only when a later rule pins no further down", () => {
    expect(pinPrecedence([rule("1", 0), rule("2", 1)], "id")).toBeUndefined();
    expect(pinPrecedence([rule("1", 5, 1), rule("2", 0, 2), rule("3", 9, 3)], "id")).toMatchObject({
      reach: 5 + 3 + 1,
      isTied: false,
    });
    expect(pinPrecedence([rule("1", 3), rule("2", 3)], "id")).toMatchObject({ isTied: true });
    expect(pinPrecedence([rule("1", 3), { ...rule("2", 3), rule: "rule-1" }], "id")).toMatchObject({ isTied: false });
  });

  it("decides between the pins of different nodes", () => {
    const precedence = pinPrecedence([rule("1", 5, 1), rule("2", 0, 2), rule("3", 0, 3)], "id");
    const pinned = (id: number, position: number): JsonObject => {
      return { id, _rankingScoreDetails: { pin: { order: 0, position } } };
    };
    const hit = (id: number): JsonObject => ({ id, _rankingScoreDetails: {} });
    const lists = [
      [pinned(3, 0), hit(10), hit(11)],
      [pinned(2, 0), hit(12), hit(13), hit(14), pinned(1, 5)],
    ];
    const idsOf = (required: number) =>
      mergeHits(lists, { required, ordered: true, distinct: null, precedence }).hits.map(({ id }) => id);
    expect(idsOf(3)).toEqual([10, 12, 11]);
    expect(idsOf(8)).toEqual([2, 3, 10, 12, 11, 1, 13, 14]);
  });
});
