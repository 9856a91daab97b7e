import { describe, expect, it } from "vitest";
import { type MiroirClient, metaOf } from "../../src/index.ts";
import { startSlowCluster } from "../support/slow-cluster.ts";

const UID = "movies";

function documents(from: number, count: number): { id: number; title: string }[] {
  return Array.from({ length: count }, (_, at) => ({ id: from + at, title: `Movie ${from + at}` }));
}

async function idsIn(client: MiroirClient, uid = UID): Promise<number[]> {
  const { hits } = await client.index(uid).search("", { limit: 1000 });
  return hits.map(({ id }) => id as number).sort((a, b) => a - b);
}

describe("a session", () => {
  it.each(["wait", "pin"] as const)("sees its own writes of every kind with `%s`", async (mode) => {
    const { client } = await startSlowCluster(UID, [60, 30, 90]);
    const session = client.session({ mode });
    const mine = client.with({ session });
    const index = mine.index(UID);
    await index.addDocuments(documents(0, 40));
    expect(await idsIn(mine)).toHaveLength(40);
    await index.deleteDocuments([3, 4]);
    expect(await index.getDocuments({ limit: 1000 })).toMatchObject({ total: 38 });
    await index.updateDocuments([{ id: 5, title: "Brazil" }]);
    expect(await index.getDocument(5)).toMatchObject({ title: "Brazil" });
    await index.updateFilterableAttributes(["title"]);
    expect((await index.search("", { filter: "title = Brazil" })).hits).toHaveLength(1);
    await index.deleteDocuments({ filter: "title = Brazil" });
    const { results } = await mine.multiSearch({ queries: [{ indexUid: UID, filter: "title = Brazil" }] });
    expect(results[0]?.hits).toEqual([]);
    await index.updateDocuments([{ id: 6, title: "Alien" }]);
    const { facetHits } = await index.searchForFacetValues({ facetName: "title", facetQuery: "alien" });
    expect(facetHits).toMatchObject([{ value: "Alien", count: 1 }]);
    await index.addDocuments(documents(100, 5));
    expect(await index.getStats()).toMatchObject({ numberOfDocuments: 42 });
  });

  it("goes on in another process with nothing but its token, which forgets what was seen", async () => {
    const { client, connect } = await startSlowCluster(UID, [60, 30, 90]);
    const other = connect();
    expect(await idsIn(other)).toEqual([]);
    const session = client.session();
    await client.with({ session }).index(UID).addDocuments(documents(0, 40));
    const resumed = other.session({ token: session.token });
    expect(resumed.pending.size).toBe(1);
    expect(await idsIn(other.with({ session: resumed }))).toHaveLength(40);
    expect(resumed.pending.size).toBe(0);
    expect(resumed.token.length).toBeLessThan(session.token.length);
  });

  it("knows in another process what names stand for since it created, swapped and deleted indexes", async () => {
    const { client, connect } = await startSlowCluster(UID, [40, 20, 60]);
    const other = connect();
    expect(await idsIn(other)).toEqual([]);
    const session = client.session();
    const mine = client.with({ session });
    const theirs = () => other.with({ session: other.session({ token: session.token }) });
    await mine.createIndex("films", { primaryKey: "id" });
    expect(await idsIn(theirs(), "films")).toEqual([]);
    await mine.index("films").addDocuments(documents(0, 3));
    await mine.swapIndexes([{ indexes: [UID, "films"], rename: false }]);
    expect(await idsIn(theirs(), UID)).toEqual([0, 1, 2]);
    await mine.swapIndexes([{ indexes: [UID, "films"], rename: false }]);
    expect(await idsIn(mine, UID)).toEqual([]);
    expect(session.pending.size, "seen here").toBe(0);
    expect(await idsIn(theirs(), UID)).toEqual([]);
    await mine.swapIndexes([{ indexes: [UID, "films"], rename: false }]);
    expect(await idsIn(mine, "films")).toEqual([]);
    await mine.deleteIndex("films");
    await expect(idsIn(theirs(), "films")).rejects.toMatchObject({ cause: { code: "index_not_found" } });
    await mine.index("films").addDocuments(documents(7, 1), { primaryKey: "id" });
    expect(await idsIn(theirs(), "films")).toEqual([7]);
    expect(await theirs().index("films").getSettings()).toMatchObject({ filterableAttributes: [] });
  });

  it("does not wait for writes of other indexes, nor of shards that a read leaves out", async () => {
    const { client, delaysMs } = await startSlowCluster(UID, []);
    await client.index(UID).addDocuments(documents(0, 60)).waitTask();
    await client.createIndex("films", { primaryKey: "id" }).waitTask();
    const session = client.session({ timeoutMs: 150 });
    const mine = client.with({ session });
    delaysMs.push(5000, 5000, 5000);
    await mine.index(UID).updateDocuments([{ id: 1, title: "Alien" }]);
    expect(await idsIn(mine, "films")).toEqual([]);
    const settled = await Promise.allSettled(documents(0, 60).map(({ id }) => mine.index(UID).getDocument(id)));
    const refused = settled.flatMap(({ status }, id) => (status === "rejected" ? [id] : []));
    expect(refused).toContain(1);
    expect(refused.length).toBeLessThan(20);
  });

  it("keeps to replicas that have its writes when it is pinned, and does not wait for the others", async () => {
    const { client, delaysMs } = await startSlowCluster(UID, []);
    const ids: Record<"held" | "missing", number[]> = { held: [], missing: [] };
    for (const document of documents(0, 30)) {
      const owners = metaOf(await client.index(UID).addDocuments([document]))?.write?.acknowledged;
      ids[owners?.includes("node-0") === true ? "held" : "missing"].push(document.id);
    }
    const session = client.session({ mode: "pin" });
    const mine = client.with({ session });
    expect(await idsIn(mine)).toHaveLength(30);
    delaysMs.push(5, 60_000, 60_000);
    await mine.index(UID).updateDocuments(ids.held.map((id) => ({ id, title: "Alien" })));
    for (let round = 0; round < 4; round++) {
      const { hits } = await mine.index(UID).search("", { limit: 100 });
      expect(
        hits
          .filter(({ title }) => title === "Alien")
          .map(({ id }) => id)
          .sort(),
      ).toEqual([...ids.held].sort());
    }
    const waiting = client.session({ token: session.token, timeoutMs: 50 });
    await expect(idsIn(client.with({ session: waiting }))).rejects.toMatchObject({ code: "miroir_session_timeout" });
    await mine.index(UID).updateDocuments([{ id: ids.missing[0], title: "Brazil" }]);
    const pinned = client.session({ token: session.token, mode: "pin", timeoutMs: 50 });
    await expect(idsIn(client.with({ session: pinned }))).rejects.toMatchObject({ code: "miroir_session_timeout" });
  });
});
