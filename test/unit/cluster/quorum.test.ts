import { describe, expect, it } from "vitest";
import { belowQuorum, requiredReplicas, type WriteConsistency } from "../../../src/cluster/quorum.ts";

const group = (name: string, ...table: string[][]) => ({ name, table });

function below(consistency: WriteConsistency, acknowledged: string, ...groups: ReturnType<typeof group>[]): number[] {
  const counts = (node: string) => acknowledged.split(" ").includes(node);
  return belowQuorum({ shards: (groups[0]?.table ?? []).keys(), groups, consistency, counts });
}

describe("belowQuorum", () => {
  it.each([
    [1, 1, 1, 1],
    [2, 1, 1, 2],
    [3, 1, 2, 3],
    [4, 1, 2, 4],
    [5, 1, 3, 5],
  ])("asks of %i replicas: one %i, quorum %i, all %i", (replicas, one, quorum, all) => {
    const required = (["one", "quorum", "all"] as const).map((consistency) => requiredReplicas(replicas, consistency));
    expect(required).toEqual([one, quorum, all]);
  });

  it("names exactly the shards with too few acknowledgements", () => {
    const g = group("g", ["a", "b", "c"], ["b", "c", "d"]);
    expect(below("quorum", "a b", g)).toEqual([1]);
    expect(below("one", "a", g)).toEqual([1]);
    expect(below("all", "a b c", g)).toEqual([1]);
    expect(below("quorum", "b c", g)).toEqual([]);
  });

  it("is content with the quorum of one group, but wants all of every group for `all`", () => {
    const groups = [group("g1", ["a", "b", "c"]), group("g2", ["x", "y", "z"])];
    expect(below("quorum", "x y", ...groups)).toEqual([]);
    expect(below("quorum", "a x", ...groups)).toEqual([0]);
    expect(below("all", "a b c x y", ...groups)).toEqual([0]);
    expect(below("all", "a b c x y z", ...groups)).toEqual([]);
  });

  it("waits for no group that does not hold the shard yet", () => {
    const groups = [group("g1", ["a", "b"]), group("g2", [])];
    expect(below("all", "a b", ...groups)).toEqual([]);
    expect(below("all", "a", ...groups)).toEqual([0]);
    expect(below("quorum", "", ...groups)).toEqual([0]);
  });

  it("never takes a shard without replicas for written", () => {
    for (const consistency of ["one", "quorum", "all"] as const) {
      expect(below(consistency, "a", group("g", []))).toEqual([0]);
    }
  });
});
