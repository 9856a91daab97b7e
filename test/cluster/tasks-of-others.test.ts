import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { clientsOver, configOf, startCluster, startNodes } from "../support/cluster.ts";

const WRITER = fileURLToPath(new URL("../support/child/write-and-exit.ts", import.meta.url));
const UID = "movies";

/** Runs a process that writes and ends; the numbers of its tasks. */
async function writeInAnotherProcess(urls: readonly string[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", WRITER, ...urls]);
  return JSON.parse(stdout) as number[];
}

describe("tasks of another process", () => {
  it("are found by their numbers and waited for after the process that wrote has ended", async () => {
    const nodes = await startNodes(3, { taskDelayMs: 300 });
    const { client } = clientsOver(configOf(nodes.map(({ url }) => url)));
    await client.health(); // what a first call loads takes as long as some tasks
    const [created, settings, added, refused, deleted] = await writeInAnotherProcess(nodes.map(({ url }) => url));
    const unfinished = await client.tasks.getTask(deleted ?? 0);
    expect(["enqueued", "processing"]).toContain(unfinished.status);
    const tasks = await client.tasks.waitForTasks([created, settings, added, refused, deleted].map((uid) => uid ?? 0));
    expect(tasks).toMatchObject([
      { uid: created, type: "indexCreation", indexUid: UID, status: "succeeded", details: { primaryKey: "id" } },
      {
        ...{ uid: settings, type: "settingsUpdate", indexUid: UID, status: "succeeded" },
        details: { filterableAttributes: ["genre"], stopWords: ["the"] },
      },
      {
        ...{ uid: added, type: "documentAdditionOrUpdate", indexUid: UID, status: "succeeded" },
        details: { receivedDocuments: 51, indexedDocuments: 50 },
        customMetadata: 'mine "and yours"',
      },
      { uid: refused, type: "documentAdditionOrUpdate", status: "failed", error: { code: "missing_document_id" } },
      { uid: deleted, type: "documentDeletion", status: "succeeded", details: { providedIds: 2, deletedDocuments: 2 } },
    ]);
    expect((await client.index(UID).search("")).estimatedTotalHits).toBe(48);
  });

  it("are shown as the process shows them that made them", async () => {
    const { client, connect } = await startCluster();
    const enqueued = [
      await client.createIndex(UID, { primaryKey: "id" }),
      await client.index(UID).updateStopWords(["a"]),
      await client.index(UID).addDocuments([{ id: 1 }, { id: 2 }, { id: 2 }], { customMetadata: "mine" }),
      await client.index(UID).updateDocuments([{ id: 1, a: 1 }]),
      await client.index(UID).deleteDocuments({ filter: "a = 1" }),
      await client.index(UID).deleteAllDocuments(),
      await client.index(UID).addDocuments([{ noId: 1 }]),
      await client.index(UID).addDocuments([]),
      await client.index("missing").deleteDocument(1),
      await client.createIndex(UID),
      await client.deleteIndex(UID),
    ];
    const own = await client.tasks.waitForTasks(enqueued);
    const other = connect();
    for (const task of own) expect(await other.tasks.getTask(task.uid)).toEqual(task);
    expect(await connect().tasks.getTasks()).toEqual(await client.tasks.getTasks());
  });

  it("do not end for the others while a node has not applied its part", async () => {
    const nodes = [...(await startNodes(2)), ...(await startNodes(1, { taskDelayMs: 300 }))];
    const { client, connect, directs } = clientsOver(
      configOf(
        nodes.map(({ url }) => url),
        { replicationFactor: 3 },
      ),
    );
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    const { taskUid } = await client.index(UID).addDocuments([{ id: 1 }]);
    const other = connect();
    await directs[0]?.tasks.waitForTask((await directs[0].tasks.getTasks({ limit: 1 })).results[0]?.uid ?? 0);
    expect((await other.tasks.getTask(taskUid)).status).toBe("processing");
    expect((await other.tasks.waitForTask(taskUid)).status).toBe("succeeded");
    expect((await directs[2]?.index(UID).getDocuments())?.total).toBe(1);
  });
});
