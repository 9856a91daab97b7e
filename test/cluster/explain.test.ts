import { describe, expect, it } from "vitest";
import { MiroirClient, metaOf } from "../../src/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { bodyText, isRead, recordRequests } from "../support/requests.ts";

const DOCUMENTS = 300;

async function clusterOf(nodes: number): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ nodes });
  const films = cluster.client.index("films");
  await films.updateSettings({ filterableAttributes: ["id", "year"], sortableAttributes: ["year"] }).waitTask();
  const documents = Array.from({ length: DOCUMENTS }, (_, id) => ({ id, title: `film ${id % 7}`, year: 1900 + id }));
  await films.addDocuments(documents).waitTask();
  return cluster;
}

describe("explain", () => {
  it("tells what a search with the same preference then asks of which node, and asks nobody itself", async () => {
    const { client, nodes } = await clusterOf(4);
    const seen = nodes.map((node) => recordRequests(node));
    for (const preference of ["one", "two", "three"]) {
      const films = client.index("films").with({ preference });
      const params = { filter: "year > 1950", limit: 20 };
      await films.search("film", params); // the registry is fresh now
      for (const requests of seen) requests.length = 0;
      const explained = await films.explain("film", params);
      expect(seen.flat().filter(isRead("films"))).toEqual([]);
      const answer = await films.search("film", params);
      const { coverage, read } = metaOf(answer) ?? {};
      expect(explained.nodes.map(({ node }) => node)).toEqual(metaOf(answer)?.nodes);
      expect(explained.nodes.map(({ shards }) => shards.length)).toEqual(read?.answers.map(({ shards }) => shards));
      expect(explained.shards).toMatchObject({ total: coverage?.shards.total, missing: [], indebted: [] });
      for (const { url, hits } of explained.nodes) {
        const own = seen[nodes.findIndex((node) => node.url === url)] ?? [];
        expect(own.filter(isRead("films")).map((request) => JSON.parse(bodyText(request)).limit)).toEqual([hits]);
      }
      const others = explained.leftOut.map(({ node }) => node);
      expect([...explained.nodes.map(({ node }) => node), ...others].sort()).toHaveLength(4);
    }
  });

  it("says why all shards are asked, and which ones are not when a filter names documents", async () => {
    const { client } = await clusterOf(3);
    const films = client.index("films");
    expect(await films.explain("film")).toMatchObject({
      ...{ index: "films", kind: "keyword", narrowed: false, whyNotNarrowed: "there is no filter", exact: true },
      ...{ twoSteps: false, reasons: [], warnings: [] },
    });
    const pinned = await films.explain("", { filter: "id = 42" });
    expect([pinned.narrowed, pinned.shards.asked.length, pinned.nodes.length]).toEqual([true, 1, 1]);
    expect("whyNotNarrowed" in pinned).toBe(false);
  });

  it("warns of what may surprise, and says when an answer could not be exact", async () => {
    const { client } = await clusterOf(3);
    const films = client.index("films");
    const explained = await films.explain("film one", { matchingStrategy: "frequency", sort: ["title:asc"] });
    expect([explained.exact, explained.reasons.length]).toEqual([false, 1]);
    expect(explained.warnings).toEqual(["`title` is not sortable: the nodes will refuse the search."]);
    expect((await films.explain("film", { offset: 2000 })).warnings[0]).toMatch(
      /ends at hit 2020, .*maxTotalHits.* 1000/,
    );
    expect((await films.explain("film", { offset: 500 })).twoSteps).toBe(true);
  });

  it("names nodes that are not used with the reason, and shards that nobody could answer for", async () => {
    const { client, nodes } = await clusterOf(3);
    const films = client.index("films");
    const searchEverywhere = async () => {
      // Preferences are spread over all nodes.
      for (let time = 0; time < 20; time++) await films.with({ preference: `${time}` }).search("film");
    };
    await searchEverywhere();
    await nodes[0]?.close();
    await searchEverywhere();
    const explained = await films.explain("film");
    expect(explained.leftOut).toEqual([
      { node: expect.any(String), why: expect.stringMatching(/could not be reached/) },
    ]);
    expect(explained.shards.missing).toEqual([]);
    await nodes[1]?.close();
    await searchEverywhere();
    expect((await films.explain("film")).shards.missing.length).toBeGreaterThan(0);
  });

  it("answers for an index that does not exist as a search does, and refuses a client of one server", async () => {
    const { client, nodes } = await clusterOf(3);
    await expect(client.index("nothing").explain("film")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
    const single = new MiroirClient({ host: nodes[0]?.url ?? "" });
    await expect(single.index("films").explain("film")).rejects.toMatchObject({ code: "miroir_not_supported" });
  });
});
