import { describe, expect, it } from "vitest";
import { type MiroirClient, MiroirError, metaOf } from "../../src/index.ts";
import { clientsOver, configOf, type EmbeddedCluster, startNodes } from "../support/cluster.ts";

const UID = "movies";

/** A cluster whose nodes take so long for each batch of tasks; the list may be changed at any time. */
interface SlowCluster extends EmbeddedCluster {
  readonly delaysMs: number[];
}

/** Three nodes, every shard on two of them, and an index that every node has. */
async function slowCluster(...delaysMs: number[]): Promise<SlowCluster> {
  const started = [0, 1, 2].map((at) => startNodes(1, { taskDelayMs: () => nodeDelaysMs[at] ?? 0 }));
  const nodeDelaysMs: number[] = [];
  const nodes = (await Promise.all(started)).flat();
  const cluster = { ...clientsOver(configOf(nodes.map(({ url }) => url))), nodes, delaysMs: nodeDelaysMs };
  await cluster.client.createIndex(UID, { primaryKey: "id" }).waitTask();
  nodeDelaysMs.push(...delaysMs);
  return cluster;
}

function documents(from: number, count: number): { id: number; title: string }[] {
  return Array.from({ length: count }, (_, at) => ({ id: from + at, title: `Movie ${from + at}` }));
}

async function idsIn(client: MiroirClient): Promise<number[]> {
  const { hits } = await client.index(UID).search("", { limit: 1000 });
  return hits.map(({ id }) => id as number).sort((a, b) => a - b);
}

describe("a session", () => {
  it.each(["wait", "pin"] as const)("sees its own writes of every kind with `%s`", async (mode) => {
    const { client } = await slowCluster(60, 30, 90);
    const session = client.session({ mode });
    const mine = client.with({ session });
    await mine.index(UID).addDocuments(documents(0, 40));
    expect(await idsIn(mine)).toHaveLength(40);
    await mine.index(UID).deleteDocuments([3, 4]);
    expect(await mine.index(UID).getDocuments({ limit: 1000 })).toMatchObject({ total: 38 });
    await mine.index(UID).updateDocuments([{ id: 5, title: "Brazil" }]);
    expect(await mine.index(UID).getDocument(5)).toMatchObject({ title: "Brazil" });
    await mine.index(UID).updateFilterableAttributes(["title"]);
    expect((await mine.index(UID).search("", { filter: "title = Brazil" })).hits).toHaveLength(1);
    await mine.index(UID).deleteDocuments({ filter: "title = Brazil" });
    const { results } = await mine.multiSearch({ queries: [{ indexUid: UID, filter: "title = Brazil" }] });
    expect(results[0]?.hits).toEqual([]);
    await mine.index(UID).addDocuments(documents(100, 5));
    expect(await mine.index(UID).getStats()).toMatchObject({ numberOfDocuments: 42 });
  });

  it("goes on in another process with nothing but its token", async () => {
    const { client, connect } = await slowCluster(60, 30, 90);
    const other = connect();
    expect(await idsIn(other)).toEqual([]);
    const session = client.session();
    await client.with({ session }).index(UID).addDocuments(documents(0, 40));
    const resumed = other.session({ token: session.token });
    expect(await idsIn(other.with({ session: resumed }))).toHaveLength(40);
    expect(resumed.token.length).toBeLessThan(session.token.length);
    expect(client.session({ token: resumed.token }).pending.size).toBe(0);
  });

  it("is told when the writes do not show in time", async () => {
    const { client } = await slowCluster(5000, 5000, 5000);
    const session = client.session({ timeoutMs: 60 });
    const { taskUid } = await client.with({ session }).index(UID).addDocuments(documents(0, 1));
    const refusal = await client
      .with({ session })
      .index(UID)
      .search("")
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MiroirError);
    expect(refusal).toMatchObject({ code: "miroir_session_timeout", response: { status: 504 } });
    expect(String(refusal)).toMatch(`task ${taskUid} of index \`${UID}\``);
    const patient = client.session({ token: session.token, timeoutMs: 60, onTimeout: "stale" });
    const answer = await client.with({ session: patient }).index(UID).search("");
    expect(metaOf(answer)).toMatchObject({ degraded: true, exact: false });
    expect(metaOf(answer)?.reasons.join()).toMatch("may lack writes of its session");
  });
});
