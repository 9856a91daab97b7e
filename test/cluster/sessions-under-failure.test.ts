import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, MiroirError, metaOf, openStore, serveStore } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { decodeToken, encodeToken } from "../../src/tasks/own-writes/session-token.ts";
import { MASTER_KEY, startCluster, startNodes } from "../support/cluster.ts";
import { startSlowCluster } from "../support/slow-cluster.ts";

const UID = "movies";
const NEVER_MS = 60_000;
const DOCUMENTS = Array.from({ length: 40 }, (_, id) => ({ id, title: `Movie ${id}` }));

async function countIn(client: MiroirClient): Promise<number> {
  return (await client.index(UID).search("", { limit: 1000 })).hits.length;
}

const timedOut = { code: "miroir_session_timeout", response: { status: 504 } };

describe("a session whose writes do not show in time", () => {
  it("ends the read with an error that names a task and its nodes, or with an answer that says so", async () => {
    const { client } = await startSlowCluster(UID, [NEVER_MS, NEVER_MS, NEVER_MS]);
    const session = client.session({ timeoutMs: 60 });
    const mine = client.with({ session });
    const { taskUid } = await mine.index(UID).addDocuments(DOCUMENTS);
    const refusal = await countIn(mine).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MiroirError);
    expect(refusal).toMatchObject(timedOut);
    expect(String(refusal)).toContain(`task ${taskUid} of index \`${UID}\``);
    expect(String(refusal)).toContain("`node-0`, `node-1`, `node-2` after 60 ms");
    await expect(mine.index(UID).getDocument(1)).rejects.toMatchObject(timedOut);
    await expect(mine.index(UID).getStats()).rejects.toMatchObject(timedOut);
    const hasty = client.with({ session: client.session({ token: session.token, timeoutMs: 60, onTimeout: "stale" }) });
    const answer = await hasty.index(UID).search("");
    expect(metaOf(answer)).toMatchObject({ degraded: true, exact: false, reasons: [expect.stringContaining("lack")] });
    expect(metaOf(await hasty.index(UID).getStats())).toMatchObject({ degraded: true, exact: false });
    expect(metaOf(await client.index(UID).search(""))).toMatchObject({ degraded: false, reasons: [] });
  });

  it("waits no longer than the call may take, and ends with the caller's signal", async () => {
    const { client } = await startSlowCluster(UID, [NEVER_MS, NEVER_MS, NEVER_MS]);
    const session = client.session({ timeoutMs: NEVER_MS });
    await client.with({ session }).index(UID).addDocuments(DOCUMENTS);
    const brief = client.with({ session, timeoutMs: 100 });
    await expect(countIn(brief)).rejects.toMatchObject({
      ...timedOut,
      message: expect.stringContaining("after 80 ms"),
    });
    const mine = client.with({ session });
    const ended = mine.index(UID).search("", {}, { signal: AbortSignal.timeout(50) });
    await expect(ended).rejects.toMatchObject({ name: "MeilisearchRequestError" });
  });

  it("takes no more writes when a thousand are pending, or forgets the oldest when answers may be stale", async () => {
    const { client } = await startSlowCluster(UID, [NEVER_MS, NEVER_MS, NEVER_MS]);
    const first = client.session();
    await client.with({ session: first }).index(UID).addDocuments(DOCUMENTS);
    const { isMarked: _, ...write } = decodeToken(first.token).writes[0] ?? { taskUid: 0, parts: {} };
    const writes = Array.from({ length: 1000 }, (_, at) => ({ ...write, taskUid: write.taskUid + at }));
    const full = encodeToken({ writes });
    const session = client.session({ token: full, timeoutMs: 60 });
    await expect(client.with({ session }).index(UID).addDocuments(DOCUMENTS)).rejects.toMatchObject(timedOut);
    const careless = client.session({ token: full, timeoutMs: 60, onTimeout: "stale" });
    await client.with({ session: careless }).index(UID).addDocuments(DOCUMENTS);
    expect(careless.pending.size).toBe(1000);
  });
});

describe("a session of a cluster in trouble", () => {
  it.each(["wait", "pin"] as const)("does not hang when a node dies while its read waits with `%s`", async (mode) => {
    const { client, nodes } = await startSlowCluster(UID, [NEVER_MS, 10, 10]);
    const mine = client.with({ session: client.session({ mode }) });
    await mine.index(UID).addDocuments(DOCUMENTS);
    const counted = countIn(mine);
    await nodes[0]?.crash({ keepData: true });
    expect(await counted).toBe(40);
  });

  it("leaves a node aside that came back without the write", async () => {
    const { client, nodes, delaysMs } = await startSlowCluster(UID, [NEVER_MS, 10, 10]);
    const session = client.session();
    const mine = client.with({ session });
    await mine.index(UID).addDocuments(DOCUMENTS);
    await nodes[0]?.crash({ keepData: false });
    delaysMs[0] = 0;
    await nodes[0]?.restart();
    for (let round = 0; round < 4; round++) expect(await countIn(mine)).toBe(40);
    const other = client.with({ session: client.session({ token: session.token }) });
    expect(await countIn(other)).toBe(40);
  });

  it("leaves a replica aside that missed the write, also in another process", async () => {
    const { client, connect, nodes } = await startSlowCluster(UID, [0, 0, 0]);
    const other = connect();
    expect(await countIn(other)).toBe(0);
    nodes[0]?.faults.set({ status: 500, match: ({ method }) => method === "POST", times: 1 });
    const session = client.session();
    const accepted = await client.with({ session }).index(UID).addDocuments(DOCUMENTS);
    expect(metaOf(accepted)?.write?.indebted).toEqual(["node-0"]);
    // What this process has seen for itself is not to be forgotten for others.
    expect(await countIn(client.with({ session }))).toBe(40);
    const resumed = other.session({ token: session.token });
    for (let round = 0; round < 8; round++) expect(await countIn(other.with({ session: resumed }))).toBe(40);
  });

  it("waits for the only node that has the write, not for one that is there without it", async () => {
    const { client, nodes, delaysMs } = await startSlowCluster(UID, [0, NEVER_MS, 0]);
    nodes[0]?.faults.set({ status: 500, match: ({ method }) => method === "POST", times: 1 });
    const session = client.session({ timeoutMs: 100 });
    await client.with({ session }).index(UID).addDocuments(DOCUMENTS);
    await nodes[1]?.crash({ keepData: true });
    await expect(countIn(client.with({ session }))).rejects.toMatchObject(timedOut);
    delaysMs[1] = 0;
    await nodes[1]?.restart();
    const patient = client.session({ token: session.token });
    expect(await countIn(client.with({ session: patient }))).toBe(40);
  });

  it("ends the wait for a write that every replica refuses in its task", async () => {
    const { client } = await startSlowCluster(UID, [20, 20, 20]);
    const session = client.session();
    const mine = client.with({ session });
    await mine.index(UID).addDocuments([{ id: 1, _vectors: "no object" }]);
    expect(session.pending.size).toBe(1);
    expect(await countIn(mine)).toBe(0);
    expect(session.pending.size).toBe(0);
  });

  it("takes nothing from a node that is not of the cluster any more", async () => {
    const { client } = await startSlowCluster(UID, [0, 0, 0]);
    const token = encodeToken({ writes: [{ taskUid: 1, index: UID, parts: { "node-9": [7] } }] });
    expect(await countIn(client.with({ session: client.session({ token }) }))).toBe(0);
  });

  it("says so when the store does not tell which indexes there are", async () => {
    const inner = await openStore("memory:");
    const server = await serveStore({ store: inner, port: 0 });
    const store = await openStore(server.url);
    onTestFinished(() => store.close());
    const nodes = await startNodes(3);
    const layout = toClusterConfig({ nodes: nodes.map(({ url }) => url), shards: 16, replicationFactor: 2 });
    await putIntoStore(store, buildTopology({ ...layout, clusterId: "cluster" }, await loadHasher()), []);
    const connect = () => {
      const client = new MiroirClient({ topology: server.url, apiKey: MASTER_KEY });
      onTestFinished(() => client.close());
      return client;
    };
    const [writer, reader] = [connect(), connect()];
    const session = writer.session();
    await writer.with({ session }).index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
    const { token } = session;
    expect(await countIn(reader)).toBe(40);
    await server.close();
    const mine = (onTimeout: "error" | "stale") => {
      return reader.with({ session: reader.session({ token, timeoutMs: 100, onTimeout }) });
    };
    await expect(countIn(mine("error"))).rejects.toMatchObject(timedOut);
    expect(await countIn(mine("stale"))).toBe(40);
  });

  it("asks for a key that may look at tasks", async () => {
    const { client, connect } = await startCluster();
    await client.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
    const { key } = await client.createKey({ actions: ["search"], indexes: [UID], expiresAt: null });
    const session = client.session();
    await client.with({ session }).index(UID).deleteDocument(1);
    const guest = connect({ apiKey: key });
    const refused = countIn(guest.with({ session: guest.session({ token: session.token }) }));
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining("`operatorKey`") });
    const served = connect({ apiKey: key, operatorKey: MASTER_KEY });
    expect(await countIn(served.with({ session: served.session({ token: session.token }) }))).toBe(39);
  });
});

describe("a token", () => {
  it("of another cluster is refused", async () => {
    const [one, two] = [await startCluster(), await startCluster()];
    const session = one.client.session();
    await one.client.with({ session }).createIndex(UID);
    const stranger = two.client.with({ session: two.client.session({ token: session.token }) });
    await expect(stranger.getIndexes()).rejects.toMatchObject({
      code: "miroir_invalid_session",
      response: { status: 400 },
      message: expect.stringContaining("`token.clusterId`"),
    });
  });
});
