import { describe, expect, it } from "vitest";
import { clientsOver, configOf, startNodes } from "../support/cluster.ts";

const UID = "movies";

async function startSlowCluster() {
  const nodes = await startNodes(3, { taskDelayMs: 300 });
  const cluster = clientsOver(configOf(nodes.map(({ url }) => url)));
  const { client, directs } = cluster;
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  const enable = () =>
    Promise.all(directs.map((direct) => direct.updateExperimentalFeatures({ getTaskDocumentsRoute: true })));
  return { ...cluster, enable };
}

describe("the documents of a task", () => {
  it("are each there once, as they were given, while the task waits, and to other processes too", async () => {
    const { client, connect, enable } = await startSlowCluster();
    await enable();
    const documents = Array.from({ length: 60 }, (_, id) => ({ id, title: `title "${id}"`, tags: ["é", null] }));
    const { taskUid } = await client.index(UID).addDocuments(documents);
    for (const each of [client, connect()]) {
      const found = await each.tasks.getTaskDocuments<(typeof documents)[number]>(taskUid);
      expect(found.sort((a, b) => a.id - b.id)).toEqual(documents);
    }
  });

  it("are gone once it is applied, and are not those of other tasks", async () => {
    const { client, enable } = await startSlowCluster();
    await enable();
    const { uid } = await client
      .index(UID)
      .addDocuments([{ id: 1 }])
      .waitTask();
    const { taskUid: deletion } = await client.index(UID).deleteDocument(1);
    for (const task of [uid, deletion]) {
      await expect(client.tasks.getTaskDocuments(task)).rejects.toMatchObject({
        cause: { code: "task_file_not_found", message: expect.stringContaining(`Task \`${task}\` does not contain`) },
      });
    }
    await expect(client.tasks.getTaskDocuments(42)).rejects.toMatchObject({ cause: { code: "task_not_found" } });
  });

  it("are shown only when the feature is switched on, as on one server", async () => {
    const { client } = await startSlowCluster();
    const { taskUid } = await client.index(UID).addDocuments([{ id: 1 }]);
    await expect(client.tasks.getTaskDocuments(taskUid)).rejects.toMatchObject({
      cause: { code: "feature_not_enabled" },
    });
  });
});
