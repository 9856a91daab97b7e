import { describe, expect, it } from "vitest";
import { metaOf } from "../../../src/index.ts";
import type { ClusterShape } from "../cluster.ts";
import type { Environment } from "../environment.ts";

const SHAPES: readonly ClusterShape[] = [
  { nodes: 3, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 3, replicationFactor: 3 },
  { nodes: 2, groups: 2, replicationFactor: 1 },
  { nodes: 4, groups: 2, replicationFactor: 2 },
];

/** Statistics, health and version. */
export function statsScenarios({ name, open, capacity }: Environment): void {
  describe(`statistics over ${name}`, () => {
    for (const shape of SHAPES) {
      const { nodes = 3, replicationFactor, groups = 1 } = shape;
      const what = `${nodes} nodes, ${groups} group${groups > 1 ? "s" : ""}, ${replicationFactor} replicas`;
      it.skipIf(nodes > capacity)(`counts each document and field once on ${what}`, async () => {
        const { client } = await open(shape);
        const movies = Array.from({ length: 80 }, (_, id) => (id < 50 ? { id, title: "x" } : { id }));
        await client.index("scenario_movies").addDocuments(movies).waitTask();
        await client.createIndex("scenario_empty").waitTask();
        const stats = await client.index("scenario_movies").getStats();
        expect(stats).toMatchObject({
          numberOfDocuments: 80,
          isIndexing: false,
          fieldDistribution: { id: 80, title: 50 },
        });
        expect(Object.keys(stats.fieldDistribution)).toEqual(["id", "title"]);
        expect(metaOf(stats)?.exact).toBe(true);
        const all = await client.getStats();
        expect(Object.keys(all.indexes)).toEqual(["scenario_empty", "scenario_movies"]);
        expect(all.indexes["scenario_movies"]).toMatchObject({ numberOfDocuments: 80 });
        expect(all.indexes["scenario_empty"]).toMatchObject({ numberOfDocuments: 0, fieldDistribution: {} });
        expect(all.lastUpdate).toEqual(expect.any(String));
      });
    }

    it("is healthy and tells the nodes' version", async () => {
      const { client, directs } = await open();
      expect(await client.health()).toEqual({ status: "available" });
      expect(await client.isHealthy()).toBe(true);
      const version = await client.getVersion();
      expect(version).toEqual(await directs[0]?.getVersion());
      expect(metaOf(version)).toMatchObject({ exact: true, nodes: ["node-0", "node-1", "node-2"] });
    });
  });
}
