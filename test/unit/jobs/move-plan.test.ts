import { describe, expect, it } from "vitest";
import { chooseSources } from "../../../src/jobs/move/choose-sources.ts";
import { type CopyCursor, planStreams } from "../../../src/jobs/move/copy-cursor.ts";
import { judgeMove } from "../../../src/jobs/move/judge-move.ts";
import type { ShardMove } from "../../../src/jobs/move/shard-move.ts";
import type { Copies } from "../../../src/jobs/verify/judge-copies.ts";

const move = (shard: number, from: string, to = "x"): ShardMove => ({ shard, from: [...from], to: [...to] });

describe("chooseSources()", () => {
  it("shares the work among the owners", () => {
    const moves = [0, 1, 2, 3].map((shard) => move(shard, "ab"));
    const sources = [...chooseSources(moves, () => true).values()];
    expect(sources.sort()).toEqual(["a", "a", "b", "b"]);
  });

  it("lets shards with one owner choose before those with several", () => {
    const moves = [move(0, "ab"), move(1, "ab"), move(2, "a"), move(3, "a")];
    expect(chooseSources(moves, () => true)).toEqual(
      new Map([
        [2, "a"],
        [3, "a"],
        [0, "b"],
        [1, "b"],
      ]),
    );
  });

  it("takes no owner that is not fit, and leaves out a shard that has no other", () => {
    const isFit = (node: string, shard: number) => node !== "a" || shard === 9;
    expect(chooseSources([move(0, "ab"), move(1, "a"), move(9, "a")], isFit)).toEqual(
      new Map([
        [0, "b"],
        [9, "a"],
      ]),
    );
  });
});

describe("planStreams()", () => {
  const sources = new Map([
    [0, "a"],
    [1, "a"],
    [2, "b"],
  ]);
  const moves = [move(0, "ab", "xy"), move(1, "ab"), move(2, "ab")];

  it("copies shards together that have the same source and target", () => {
    expect(planStreams({ index: "movies", moves, sources, cursor: [] })).toEqual([
      { source: "a", target: "x", shards: [0, 1], from: undefined },
      { source: "a", target: "y", shards: [0], from: undefined },
      { source: "b", target: "x", shards: [2], from: undefined },
    ]);
  });

  it("goes on where the cursor says, for the same index, source, target and shard only", () => {
    const mark = { index: "movies", source: "a", target: "x", shards: [0], through: "5" };
    const cursor: CopyCursor = [
      mark,
      { ...mark, index: "other", shards: [1], through: "9" },
      { ...mark, source: "a", shards: [2], through: "9" },
    ];
    expect(planStreams({ index: "movies", moves, sources, cursor })).toEqual([
      { source: "a", target: "x", shards: [0], from: "5" },
      { source: "a", target: "y", shards: [0], from: undefined },
      { source: "a", target: "x", shards: [1], from: undefined },
      { source: "b", target: "x", shards: [2], from: undefined },
    ]);
  });
});

describe("judgeMove()", () => {
  /** Copies as `node: stamp + content`. */
  const copies = (held: Record<string, string>): Copies =>
    new Map(Object.entries(held).map(([node, hash]) => [node, { stamp: hash.charAt(0), hash }]));
  const judge = (held: Record<string, string>) => judgeMove({ from: ["a", "b"], to: ["x", "y"] }, copies(held));

  it("says nothing when all have the same", () => {
    expect(judge({ a: "1a", b: "1a", x: "1a", y: "1a" })).toBeUndefined();
    expect(judge({})).toBeUndefined();
  });

  it("blames the owners before anybody else", () => {
    for (const held of [
      { a: "1a", x: "1a", y: "1a" },
      { b: "1a" },
      { a: "1a", b: "2a", x: "1a" },
      { a: "1a", b: "1b" },
    ]) {
      expect(judge(held)).toEqual({ kind: "owners-differ" });
    }
  });

  it("names the kind of every difference", () => {
    const targets = (held: Record<string, string>) => {
      const verdict = judge(held);
      return verdict?.kind === "targets-differ" ? Object.fromEntries(verdict.targets) : verdict;
    };
    expect(targets({ a: "1a", b: "1a", x: "1b" })).toEqual({ x: "content", y: "missing" });
    expect(targets({ a: "2a", b: "2a", x: "1a", y: "3a" })).toEqual({ x: "stale", y: "stale" });
    expect(targets({ y: "1a" })).toEqual({ y: "extra" });
  });
});
