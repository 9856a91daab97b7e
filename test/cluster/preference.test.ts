import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { type MiroirClient, metaOf } from "../../src/index.ts";
import { type EmbeddedCluster, startCluster } from "../support/cluster.ts";
import { printedSeed } from "../support/printed-seed.ts";

const UID = "movies";
const COUNT = 100;
const PAGE = 10;
const PREFERENCES = ["ada", "bob", "cy", "dan", "eve", "fay"];
const random = seededRandom(printedSeed("preference"));

/** Three nodes, every shard on two of them, all documents alike; each node got its documents in an order of its own. */
async function unevenCluster(): Promise<EmbeddedCluster> {
  const cluster = await startCluster();
  const documents = Array.from({ length: COUNT }, (_, id) => ({ id, title: "The same film" }));
  await cluster.client.index(UID).addDocuments(documents, { primaryKey: "id" }).waitTask();
  for (const direct of cluster.directs) {
    const index = direct.index(UID);
    const { results } = await index.getDocuments({ limit: COUNT });
    await index.deleteAllDocuments().waitTask();
    await index.addDocuments(shuffled(results)).waitTask();
  }
  return cluster;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Every page of a search in which all documents tie; `before` runs before each. */
async function everyPage(view: MiroirClient, before: (page: number) => void = () => {}): Promise<number[]> {
  const ids: number[] = [];
  for (let page = 0; page * PAGE < COUNT; page++) {
    before(page);
    const answer = await view.index(UID).search("film", { offset: page * PAGE, limit: PAGE });
    expect(metaOf(answer)).toMatchObject({ degraded: false, coverage: { missing: [] } });
    ids.push(...answer.hits.map(({ id }) => id as number));
  }
  return ids;
}

function isWhole(ids: readonly number[]): boolean {
  return ids.length === COUNT && new Set(ids).size === COUNT;
}

describe("pages over replicas that order ties differently", () => {
  it("have no gap and nothing twice with one preference, though each preference has an order of its own", async () => {
    const { client } = await unevenCluster();
    const orders = new Set<string>();
    for (const preference of PREFERENCES) {
      const ids = await everyPage(client.with({ preference }));
      expect(isWhole(ids), preference).toBe(true);
      expect(await everyPage(client.with({ preference })), preference).toEqual(ids);
      orders.add(ids.join());
    }
    expect(orders.size, "orders of the replicas, or this test could not fail").toBeGreaterThan(1);
  });

  it("have them without a preference sooner or later", async () => {
    const { client } = await unevenCluster();
    for (let tries = 0; tries < 50; tries++) if (!isWhole(await everyPage(client))) return;
    expect.fail("every page came from the same replicas without being asked to");
  });

  it("stay the same while now one node is slow and now another", async () => {
    const { client, nodes } = await unevenCluster();
    const slowDown = (page: number) => {
      for (const [at, { faults }] of nodes.entries()) {
        faults.clear();
        if (at === page % nodes.length) faults.set({ latencyMs: 40, match: ({ path }) => path.endsWith("/search") });
      }
    };
    for (const preference of PREFERENCES.slice(0, 4)) {
      const view = client.with({ preference });
      const ids = await everyPage(view);
      expect(await everyPage(view, slowDown), preference).toEqual(ids);
      for (const { faults } of nodes) faults.clear();
    }
  });

  it("stay the same with a session that writes in between", async () => {
    const { client } = await unevenCluster();
    const session = client.session();
    const view = client.with({ preference: "ada", session });
    const ids = await everyPage(view);
    await view.index(UID).updateDocuments([{ id: 3, year: 1985 }]);
    expect(await everyPage(view)).toEqual(ids);
  });
});
