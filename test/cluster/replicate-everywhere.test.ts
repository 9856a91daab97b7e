import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";
import { embedded } from "../support/environment.ts";
import { eventually } from "../support/eventually.ts";
import { replicateEverywhereScenarios } from "../support/scenarios/replicate-everywhere.ts";

replicateEverywhereScenarios(embedded);

describe("an index that is replicated everywhere, while nodes fail", () => {
  const settings = { replicateEverywhere: ["lands"], repair: true, writeTimeoutMs: 800 };

  it("is read whole from the last node, written by a majority, and repaired", { timeout: 30_000 }, async () => {
    const { client, connect, nodes, directs } = await startCluster({ settings });
    const lands = (round: number) => Array.from({ length: 30 }, (_, id) => ({ id, round }));
    const index = client.index("lands");
    // Founding a cluster on a busy machine may take longer than this test's writes.
    const founder = connect({ attemptTimeoutMs: 5000, writeTimeoutMs: 30_000, repair: false });
    await founder.index("lands").addDocuments(lands(1), { primaryKey: "id" }).waitTask();
    await nodes[0]?.crash({ keepData: true });
    const written = await index.addDocuments(lands(2));
    expect(metaOf(written)?.write).toMatchObject({ acknowledged: ["node-1", "node-2"], indebted: ["node-0"] });
    await client.tasks.waitForTask(written);
    await nodes[1]?.crash({ keepData: true });
    await expect(index.addDocuments(lands(3))).rejects.toMatchObject({ code: "miroir_no_quorum" });
    const found = await index.search("", { limit: 100 });
    expect(found.hits).toHaveLength(30);
    expect(metaOf(found)?.nodes).toEqual(["node-2"]);
    await Promise.all([nodes[0], nodes[1]].map((node) => node?.restart()));
    const roundOn = async (node: number) => (await directs[node]?.index("lands").getDocument(7))?.["round"];
    await eventually(async () => expect(await roundOn(0)).toBe(await roundOn(2)));
    expect(await roundOn(2)).not.toBe(1);
  });
});
