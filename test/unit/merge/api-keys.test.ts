import { describe, expect, it } from "vitest";
import { commonKeys, isSameKey, logicalKey, physicalPatterns } from "../../../src/merge/api-keys.ts";

describe("the index patterns of a key", () => {
  it("cover later generations of each named index on the nodes, and come back as they were", () => {
    const indexes = ["movies", "books*", "*", "a-b"];
    const physical = physicalPatterns(indexes);
    expect(physical).toEqual([...indexes, "movies__g*", "a-b__g*"]);
    expect(logicalKey({ uid: "u", indexes: physical })).toEqual({ uid: "u", indexes });
  });

  it("are left to the node's judgement where they are none", () => {
    const wrong = ["a b", 7, null, "x".repeat(400)];
    expect(physicalPatterns(wrong)).toEqual(wrong);
  });

  it("keep a pattern of the user's own that looks like miroir's", () => {
    expect(logicalKey({ indexes: ["movies__g*"] })).toEqual({ indexes: ["movies__g*"] });
  });
});

describe("the keys of a cluster", () => {
  const [a, b, c] = ["a", "b", "c"].map((uid) => ({ uid, name: uid, indexes: ["*"] }));
  const own = { uid: "d", name: "Default Search API Key", indexes: ["*"] };

  it("are those on every node, in the first node's order; others are named but for the servers' own", () => {
    if (a === undefined || b === undefined || c === undefined) throw new Error("three keys");
    const lists = [
      [c, a, b],
      [own, a, c],
    ];
    expect(commonKeys(lists)).toEqual({ keys: [c, a], partial: ["b"] });
    expect(commonKeys([])).toEqual({ keys: [], partial: [] });
  });

  it("are the same when only dates of their making and the order of their lists differ", () => {
    const key = {
      uid: "a",
      name: null,
      actions: ["search", "version"],
      indexes: ["*"],
      expiresAt: "2030-01-01T00:00:00Z",
    };
    const asked = { actions: ["version", "search"], indexes: ["*"], expiresAt: "2030-01-01T00:00:00.000Z" };
    expect(isSameKey({ ...key, createdAt: "x" }, asked)).toBe(true);
    expect(isSameKey(key, { ...asked, expiresAt: null })).toBe(false);
    expect(isSameKey(key, { ...asked, actions: ["*"] })).toBe(false);
    expect(isSameKey(key, { ...asked, name: "x" })).toBe(false);
  });
});
