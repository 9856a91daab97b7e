import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { ShardBodies } from "../../../src/merge/shard-bodies.ts";
import { shardFilter } from "../../../src/routing/reserved.ts";

const FILTERS: readonly JsonObject[string][] = ["genre = Drama", ["a = 1", ["b = 2", 'c = "ü"']], [], null];

describe("ShardBodies", () => {
  it("adds the condition for the shards to any filter, and leaves the rest as it is", () => {
    for (const filter of FILTERS) {
      const body: JsonObject = { q: "été", limit: 3, filter, sort: ["year:asc"] };
      const own = filter === null ? [] : [filter].flat();
      expect(JSON.parse(new ShardBodies(64).textFor(body, [3, 17]))).toEqual({
        ...body,
        filter: [...own, shardFilter(64, [3, 17])],
      });
    }
    expect(JSON.parse(new ShardBodies(1).textFor({}, [0]))).toEqual({ filter: [shardFilter(1, [0])] });
  });

  it("writes for each node the shards and the body that it is asked for", () => {
    const bodies = new ShardBodies(16);
    const [few, many]: readonly JsonObject[] = [{ limit: 5 }, { limit: 20 }];
    const written = [few, few, many, few].map((body, node) => JSON.parse(bodies.textFor(body ?? {}, [node])));
    expect(written).toEqual([5, 5, 20, 5].map((limit, node) => ({ limit, filter: [shardFilter(16, [node])] })));
  });

  it("knows the conditions of different shard counts apart, however many there were", () => {
    for (let shard = 0; shard < 1100; shard++) new ShardBodies(2048).textFor({}, [shard]);
    for (const shards of [16, 64, 2048]) {
      expect(JSON.parse(new ShardBodies(shards).textFor({}, [5]))).toEqual({ filter: [shardFilter(shards, [5])] });
    }
  });

  it("has no letter beyond ASCII but the user's own", () => {
    expect(new ShardBodies(16).textFor({ q: "x" }, [1, 2])).toMatch(/^[ -~]*$/);
  });
});
