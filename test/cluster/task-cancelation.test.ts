import { describe, expect, it } from "vitest";
import { clientsOver, configOf, startNodes } from "../support/cluster.ts";

const UID = "movies";

/** A cluster whose nodes take their time for each task. */
async function startSlowCluster(delaysMs: readonly number[]) {
  const nodes = (await Promise.all(delaysMs.map((taskDelayMs) => startNodes(1, { taskDelayMs })))).flat();
  const cluster = clientsOver(configOf(nodes.map(({ url }) => url)));
  await cluster.client.createIndex(UID, { primaryKey: "id" }).waitTask();
  return { ...cluster, nodes };
}

const documents = (round: number) => Array.from({ length: 40 }, (_, id) => ({ id, round }));

describe("canceling tasks", () => {
  it("ends what waits on every node and tells every process who did it", async () => {
    const { client, connect } = await startSlowCluster([200, 200, 200]);
    const other = connect();
    const first = await client.index(UID).addDocuments(documents(1));
    const second = await client.index(UID).addDocuments(documents(2));
    const settings = await client.index(UID).updateStopWords(["a"]);
    const uids = [second.taskUid, settings.taskUid];
    const enqueued = await other.tasks.cancelTasks({ uids });
    expect(enqueued).toMatchObject({ type: "taskCancelation", indexUid: null, status: "enqueued" });
    const cancelation = await client.tasks.waitForTask(enqueued);
    expect(cancelation).toMatchObject({ status: "succeeded", type: "taskCancelation" });
    for (const each of [client, other, connect()]) {
      expect((await each.tasks.waitForTask(enqueued)).details).toEqual({
        ...{ matchedTasks: 2, canceledTasks: 1, originalFilter: `?uids=${uids.join("%2C")}` },
      });
      expect(await each.tasks.waitForTask(second)).toMatchObject({
        ...{ status: "canceled", canceledBy: enqueued.taskUid, error: null },
        details: { receivedDocuments: 40, indexedDocuments: 0 },
      });
      expect((await each.tasks.waitForTask(settings)).status).toBe("succeeded");
      const { results } = await each.tasks.getTasks({ canceledBy: [enqueued.taskUid] });
      expect(results.map(({ uid }) => uid)).toEqual([second.taskUid]);
    }
    await client.tasks.waitForTask(first);
    const { hits } = await client.index(UID).search("", { limit: 50 });
    expect(hits.map(({ round }) => round)).toEqual(Array(40).fill(1));
  });

  it("does not call a write canceled that some replica of every shard had applied, and has the others owe it", async () => {
    const { client, connect, config } = await startSlowCluster([0, 0, 0, 400]);
    expect(config.nodes).toHaveLength(4);
    const added = await client.index(UID).addDocuments(documents(1));
    const cancelation = await client.tasks.cancelTasks({ uids: [added.taskUid] }).waitTask();
    expect(cancelation.details).toMatchObject({ matchedTasks: 1, canceledTasks: 0 });
    expect((await client.tasks.waitForTask(added)).status).toBe("succeeded");
    for (const each of [client, connect()]) {
      for (const preference of ["a", "b", "c", "d"]) {
        expect((await each.with({ preference }).index(UID).search("")).estimatedTotalHits).toBe(40);
      }
    }
  });

  it("needs every node, and changes nothing while one is down", async () => {
    const { client, nodes } = await startSlowCluster([300, 300, 300]);
    await nodes[1]?.crash({ keepData: true });
    const added = await client.index(UID).addDocuments(documents(1));
    await expect(client.tasks.cancelTasks({ uids: [added.taskUid] })).rejects.toMatchObject({
      code: "miroir_no_quorum",
    });
    expect((await client.tasks.waitForTask(added)).status).toBe("succeeded");
  });

  it("asks a node whether the caller's key may, before anything is canceled", async () => {
    const { client, connect } = await startSlowCluster([100, 100, 100]);
    const searcher = connect({ apiKey: "no such key", operatorKey: "masterKey" });
    const added = await client.index(UID).addDocuments(documents(1));
    await expect(searcher.tasks.cancelTasks({ uids: [added.taskUid] })).rejects.toMatchObject({
      cause: { code: "invalid_api_key" },
    });
    expect((await client.tasks.waitForTask(added)).status).toBe("succeeded");
  });
});

describe("deleting tasks", () => {
  it("deletes what is under way when it is asked to, once that is done", async () => {
    const { client } = await startSlowCluster([0, 150, 150]);
    const { taskUid } = await client.index(UID).addDocuments([{ id: 1 }]);
    const deletion = await client.tasks.deleteTasks({ uids: [taskUid] }).waitTask();
    expect(deletion.details).toMatchObject({ matchedTasks: 1, deletedTasks: 1 });
    await expect(client.tasks.getTask(taskUid)).rejects.toMatchObject({ cause: { code: "task_not_found" } });
    expect(await client.index(UID).getDocument(1)).toEqual({ id: 1 });
  });
});
