import { describe, expect, it } from "vitest";
import { compareShards } from "../../src/jobs/move/compare-shards.ts";
import { copyShards } from "../../src/jobs/move/copy-shards.ts";
import { startMoveCluster } from "../support/move-cluster.ts";

const UID = "movies";
const { signal } = new AbortController();
const MARK = "miroir:job:test:1";

describe("copyShards()", () => {
  it("copies the moving shards, and nothing else", async () => {
    const { client, cluster, directs, order } = await startMoveCluster();
    await client
      .index(UID)
      .addDocuments(
        Array.from({ length: 200 }, (_, id) => ({ id, title: `title ${id}` })),
        { primaryKey: "id" },
      )
      .waitTask();
    const report = await copyShards(cluster, order([1, 2, 3]), { mark: MARK, signal });
    const comparison = await compareShards(cluster, order([1, 2, 3]), { signal, content: true });
    expect(comparison).toMatchObject({ differences: [], ownersDiffer: [], isCut: false });
    expect(comparison.documents).toBe(report.documents);
    const held = await directs.get("node-3")?.index(UID).getDocuments({ limit: 1000 });
    expect(held?.total).toBe(report.documents);
  });
});
