import { describe, expect, it } from "vitest";
import { verifySettings } from "../../src/jobs/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";

const UID = "movies";
const QUICK = { attemptTimeoutMs: 100, writeTimeoutMs: 200 };

async function configured(): Promise<EmbeddedCluster> {
  const cluster = await startCluster();
  const index = cluster.client.index(UID);
  await index
    .updateSettings({
      filterableAttributes: ["year", "genre"],
      sortableAttributes: ["year"],
      stopWords: ["the", "a"],
      synonyms: { film: ["movie"] },
      typoTolerance: { minWordSizeForTypos: { oneTypo: 4, twoTypos: 8 } },
      embedders: { own: { source: "userProvided", dimensions: 3 } },
    })
    .waitTask();
  return cluster;
}

const verify = (cluster: EmbeddedCluster, repair = false) =>
  verifySettings({ ...cluster.config, ...QUICK }, { repair });

describe("verifySettings()", () => {
  it("finds nothing where every node has what the registry says, however sets are ordered", async () => {
    const report = await verify(await configured());
    expect(report).toEqual({ indexes: [{ uid: UID, drifts: [], absent: [], isUnsettled: false }], isSound: true });
  });

  it("names the settings that were changed on a node, and puts them back with `repair`", async () => {
    const cluster = await configured();
    const direct = cluster.directs[1]?.index(UID);
    const before = await direct?.getSettings();
    await direct
      ?.updateSettings({
        stopWords: ["the"],
        synonyms: { film: ["movie", "picture"] },
        sortableAttributes: [],
        typoTolerance: { minWordSizeForTypos: { oneTypo: 2, twoTypos: 12 } },
        embedders: { stray: { source: "userProvided", dimensions: 2 } },
      })
      .waitTask();
    const settings = ["sortableAttributes", "stopWords", "synonyms", "typoTolerance", "embedders"];
    const found = await verify(cluster);
    expect(found.isSound).toBe(false);
    const [drift] = found.indexes[0]?.drifts ?? [];
    expect(drift).toMatchObject({ node: "node-1", isRepaired: false });
    expect([...(drift?.settings ?? [])].sort()).toEqual(settings.sort());
    const repaired = await verify(cluster, true);
    expect(repaired.isSound).toBe(true);
    expect(repaired.indexes[0]?.drifts).toMatchObject([{ node: "node-1", isRepaired: true }]);
    expect(await direct?.getSettings()).toEqual(before);
    expect((await verify(cluster)).indexes[0]?.drifts).toEqual([]);
  });

  it("gives no false alarm while settings are changed, and takes nothing back", async () => {
    const cluster = await configured();
    const index = cluster.client.index(UID);
    let isOver = false;
    const changing = (async () => {
      for (let round = 0; !isOver; round++) await index.updateStopWords([`word${round}`]).waitTask();
    })();
    for (let round = 0; round < 3; round++) expect((await verify(cluster, true)).indexes[0]?.drifts).toEqual([]);
    isOver = true;
    await changing;
    const all = await Promise.all(cluster.directs.map((direct) => direct.index(UID).getStopWords()));
    expect(new Set(all.map((words) => words.join())).size).toBe(1);
    expect(await index.getStopWords()).toEqual(all[0]);
  });

  it("names a node that does not answer, and one that lost the index", async () => {
    const cluster = await configured();
    await cluster.directs[0]?.deleteIndex(UID).waitTask();
    await cluster.nodes[2]?.crash({ keepData: true });
    const { indexes, isSound } = await verify(cluster, true);
    expect(isSound).toBe(false);
    expect(indexes[0]?.absent).toMatchObject([{ node: "node-0", reason: `has no index ${UID}` }, { node: "node-2" }]);
  });
});
