import { describe, expect, it } from "vitest";
import { chooseReplicas } from "../../../src/routes/choose-replicas.ts";
import type { Cluster } from "../../../src/routes/cluster.ts";
import { memoryCluster } from "../../support/memory-cluster.ts";
import { answer } from "../../support/memory-transport.ts";

/** Who is asked for every shard of a search, and how often the strategy was. */
async function choose(table: readonly (readonly string[])[]) {
  const { cluster } = await memoryCluster(() => answer(200), { table });
  let asked = 0;
  const selector = {
    rank(...choice: Parameters<Cluster["selector"]["rank"]>) {
      asked += 1;
      return cluster.selector.rank(...choice);
    },
  } as Cluster["selector"];
  const shards = Array.from({ length: cluster.topology.shards }, (_, shard) => shard);
  const choice = chooseReplicas(
    { ...cluster, selector },
    { operation: "search", index: "movies", shards, call: {}, below: new Set() },
  );
  const { assignments } = choice.cover(shards, new Set());
  return { asked, assignments };
}

describe("chooseReplicas", () => {
  it("asks no strategy where every shard has one replica", async () => {
    const { asked, assignments } = await choose([["a"], ["b"]]);
    expect(asked).toBe(0);
    expect(Object.fromEntries(assignments)).toEqual({
      a: [0, 2, 4, 6, 8, 10, 12, 14],
      b: [1, 3, 5, 7, 9, 11, 13, 15],
    });
  });

  it("asks the strategy once where shards have several", async () => {
    const { asked, assignments } = await choose([["a", "b"]]);
    expect(asked).toBe(1);
    expect([...assignments.values()].flat()).toHaveLength(16);
  });
});
