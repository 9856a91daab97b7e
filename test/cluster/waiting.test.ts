import { MeilisearchRequestError, MeilisearchRequestTimeOutError, MeilisearchTaskTimeOutError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { StaticClusterConfig } from "../../src/index.ts";
import { clientsOver, configOf, startNodes } from "../support/cluster.ts";

const UID = "movies";

/** A cluster whose nodes take their time for each task. */
async function startSlowCluster(settings: Partial<StaticClusterConfig> = {}) {
  const nodes = await startNodes(3, { taskDelayMs: 400 });
  const cluster = clientsOver(configOf(nodes.map(({ url }) => url)));
  return { ...cluster, client: cluster.connect(settings), nodes };
}

describe("waiting for tasks", () => {
  it.each([1, 30])("gives up after %i ms with the official error, and the task goes on", async (timeout) => {
    const { client } = await startSlowCluster();
    const enqueued = await client.createIndex(UID);
    const waiting = client.tasks.waitForTask(enqueued, { timeout, interval: 1 });
    await expect(waiting).rejects.toBeInstanceOf(MeilisearchTaskTimeOutError);
    await expect(waiting).rejects.toThrow(`timeout of ${timeout}ms has exceeded on task ${enqueued.taskUid}`);
    expect((await client.tasks.waitForTask(enqueued, { timeout: 0 })).status).toBe("succeeded");
  });

  it("takes its patience from the client's configuration, and from the call before that", async () => {
    const { client } = await startSlowCluster({ defaultWaitOptions: { timeout: 20, interval: 5 } });
    await expect(client.createIndex(UID).waitTask()).rejects.toBeInstanceOf(MeilisearchTaskTimeOutError);
    const task = await client.index(UID).updateStopWords(["a"]).waitTask({ timeout: 20_000 });
    expect(task.status).toBe("succeeded");
    const view = client.with({ preference: "a" });
    await expect(
      view
        .index(UID)
        .addDocuments([{ id: 1 }])
        .waitTask(),
    ).rejects.toBeInstanceOf(MeilisearchTaskTimeOutError);
  });

  it("counts the time for each task of several by itself, and yields them as they end", async () => {
    const { client } = await startSlowCluster();
    const enqueued = [await client.createIndex(UID), await client.index(UID).updateStopWords(["a"])];
    const seen: number[] = [];
    for await (const { uid } of client.tasks.waitForTasksIter(enqueued, { timeout: 20_000 })) seen.push(uid);
    expect(seen).toEqual(enqueued.map(({ taskUid }) => taskUid));
    await expect(client.tasks.waitForTasks([enqueued[0]?.taskUid ?? 0, 42])).rejects.toMatchObject({
      cause: { code: "task_not_found" },
    });
  });

  it("ends with a call's own signal, whose reason is the cause", async () => {
    const { client } = await startSlowCluster();
    const { taskUid } = await client.createIndex(UID);
    const reason = new Error("enough");
    const asking = client.tasks.getTask(taskUid, { signal: AbortSignal.abort(reason) });
    await expect(asking).rejects.toBeInstanceOf(MeilisearchRequestError);
    await expect(asking).rejects.toMatchObject({ cause: reason });
  });

  it("is not bound by the client's `timeout`, which no call with a signal is in the official client", async () => {
    const { client, nodes, connect } = await startSlowCluster({ timeout: 1000 });
    const { taskUid } = await connect().createIndex(UID);
    await client.health();
    for (const node of nodes) node.faults.set({ latencyMs: 1300, match: ({ path }) => path === "/tasks" });
    expect((await client.tasks.waitForTask(taskUid, { timeout: 20_000 })).status).toBe("succeeded");
    const error = await client.tasks.getTasks({ limit: 1 }).catch((reason: unknown) => reason);
    expect((error as Error).cause).toBeInstanceOf(MeilisearchRequestTimeOutError);
  });
});
