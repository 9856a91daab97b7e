import { describe, expect, it, onTestFinished } from "vitest";
import { type MiroirClient, metaOf } from "../../src/index.ts";
import { clientsOver, configOf, type EmbeddedCluster, startCluster, startNodes } from "../support/cluster.ts";
import { isRead, recordRequests } from "../support/requests.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));

/** Searches after which the client knows how fast its nodes are. */
const WARM_UP = 60;

async function fill(client: MiroirClient): Promise<void> {
  await client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
}

/** A search that must find everything; answers the nodes that did. */
async function searchWholly(client: MiroirClient): Promise<readonly string[]> {
  const answer = await client.index(UID).search("movie", { limit: 100 });
  const meta = metaOf(answer);
  expect(meta?.degraded, JSON.stringify(meta?.failures)).toBe(false);
  expect(answer.hits).toHaveLength(DOCUMENTS.length);
  return meta?.nodes ?? [];
}

/** Searches, each of which must find everything, until this node is among those that answer. */
async function searchUntilAsked(node: string, client: MiroirClient): Promise<void> {
  while (!(await searchWholly(client)).includes(node));
}

/** A view of the client that asks this node as long as it is well, however slow it was. */
async function preferring(node: string, client: MiroirClient): Promise<MiroirClient> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const view = client.with({ preference: `preference ${attempt}` });
    if ((await searchWholly(view)).includes(node)) return view;
  }
  throw new Error(`no preference leads to ${node}`);
}

describe("a node that takes requests and never answers", () => {
  const name = "fails no search, is asked hardly ever, is suspect in the end and used again when it answers";
  it(name, { timeout: 60_000 }, async () => {
    const nodes = await startNodes(3);
    const [silent, ...others] = nodes;
    const proxy = await startTcpProxy(Number(new URL(silent?.url ?? "").port));
    onTestFinished(() => proxy.close());
    const urls = [`http://127.0.0.1:${proxy.port}`, ...others.map(({ url }) => url)];
    const { client } = clientsOver(configOf(urls, { settings: { attemptTimeoutMs: 1000 } }));
    const suspects = new Map<string, string | undefined>();
    client.events.on("nodeSuspect", ({ node, reason }) => suspects.set(node, reason));
    await fill(client);
    for (let search = 0; search < WARM_UP; search++) await searchWholly(client);

    const view = await preferring("node-0", client);
    const asked = recordRequests(silent ?? expect.fail("no node"));
    proxy.mute();
    while (!suspects.has("node-0")) expect(await searchWholly(client)).not.toContain("node-0");
    for (let search = 0; search < WARM_UP; search++) await searchWholly(client);
    expect(suspects.get("node-0")).toBe("did not answer in time");
    expect(asked.filter(isRead(UID)).length).toBeGreaterThan(0);
    expect(asked.filter(isRead(UID)).length).toBeLessThanOrEqual(3);

    proxy.heal();
    await searchUntilAsked("node-0", view);
  });
});

describe("more searches than may be under way to a node", () => {
  it("fail at once where no other node can answer, and the rest succeed", async () => {
    const { client, connect, nodes } = await startCluster({ nodes: 2, replicationFactor: 1 });
    await fill(client);
    const limited = connect({ maxInFlightPerNode: 2 });
    await searchWholly(limited);
    nodes[0]?.faults.set({ latencyMs: 300, match: isRead(UID) });

    const ends: string[] = [];
    const searches = Array.from({ length: 20 }, async () => {
      await searchWholly(limited).then(
        () => ends.push("answered"),
        ({ code }: { code?: string }) => ends.push(String(code)),
      );
    });
    await Promise.all(searches);
    expect(ends).toEqual([...Array(18).fill("miroir_overloaded"), "answered", "answered"]);
    await searchWholly(limited);
  });
});

describe("tenants of two replica groups", () => {
  const TENANTS = { groups: { acme: "group-1" }, dedicated: ["group-1"] };

  /** Nodes 0 and 2 are a group for all, 1 and 3 one for a single tenant. */
  async function twoGroups(others: "hash" | "any" | "reject" = "hash"): Promise<EmbeddedCluster> {
    const settings = { tenants: { ...TENANTS, others } };
    const cluster = await startCluster({ nodes: 4, groups: 2, replicationFactor: 1, settings });
    await fill(cluster.client);
    return cluster;
  }

  it("have a group to themselves that is asked for nobody else", async () => {
    const { client, nodes } = await twoGroups();
    const asked = nodes.map(recordRequests);
    const countReads = () => asked.map((requests) => requests.filter(isRead(UID)).length);
    for (const tenant of ["globex", "initech", "umbrella"]) {
      for (let search = 0; search < 10; search++) await searchWholly(client.with({ tenant }));
    }
    for (let search = 0; search < 10; search++) await searchWholly(client);
    expect(countReads()).toEqual([40, 0, 40, 0]);
    for (let search = 0; search < 10; search++) await searchWholly(client.with({ tenant: "acme" }));
    expect(countReads()).toEqual([40, 10, 40, 10]);
  });

  it("are answered by the group for all while theirs is down, and never the other way round", async () => {
    const { client, nodes } = await twoGroups();
    for (const node of [nodes[1], nodes[3]]) await node?.crash({ keepData: true });
    expect(await searchWholly(client.with({ tenant: "acme" }))).toEqual(["node-0", "node-2"]);

    for (const node of [nodes[1], nodes[3]]) await node?.restart();
    await searchUntilAsked("node-1", client.with({ tenant: "acme" }));
    await searchUntilAsked("node-3", client.with({ tenant: "acme" }));
    for (const node of [nodes[0], nodes[2]]) await node?.crash({ keepData: true });
    await expect(client.with({ tenant: "globex" }).index(UID).search("movie")).rejects.toMatchObject({
      code: "miroir_shard_unavailable",
    });
    expect(await searchWholly(client.with({ tenant: "acme" }))).toEqual(["node-1", "node-3"]);
  });

  it("are refused when they have no group and must have one", async () => {
    const { client } = await twoGroups("reject");
    await expect(client.with({ tenant: "globex" }).index(UID).search("movie")).rejects.toMatchObject({
      code: "miroir_tenant_unknown",
      response: { status: 403 },
    });
    expect(await searchWholly(client.with({ tenant: "acme" }))).toEqual(["node-1", "node-3"]);
    expect(await searchWholly(client)).toEqual(["node-0", "node-2"]);
  });
});
