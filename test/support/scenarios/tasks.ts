import { MeilisearchTaskTimeOutError } from "meilisearch";
import { describe, expect, it } from "vitest";
import type { Environment } from "../environment.ts";

const UID = "scenario_movies";

/** Tasks: waiting, listing, filters, cursors. */
export function tasksScenarios({ name, open }: Environment): void {
  describe(`tasks over ${name}`, () => {
    it("answers an enqueued task with the server's keys and a number of its own", async () => {
      const { client } = await open();
      const enqueued = await client.index(UID).addDocuments([{ id: 1 }]);
      expect(enqueued).toEqual({
        taskUid: expect.any(Number),
        indexUid: UID,
        status: "enqueued",
        type: "documentAdditionOrUpdate",
        enqueuedAt: expect.any(String),
      });
      expect(Number.isSafeInteger(enqueued.taskUid)).toBe(true);
      const task = await client.tasks.waitForTask(enqueued.taskUid);
      expect(Object.keys(task).sort()).toEqual(
        [
          ...["uid", "batchUid", "indexUid", "status", "type", "canceledBy", "details", "error"],
          ...["duration", "enqueuedAt", "startedAt", "finishedAt"],
        ].sort(),
      );
      expect(task).toMatchObject({ uid: enqueued.taskUid, indexUid: UID, status: "succeeded", error: null });
      expect(Date.parse(task.finishedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(task.startedAt ?? ""));
      expect(task.duration).toMatch(/^PT[\d.]+S$/);
    });

    it("has written everything a task stands for once it has succeeded", async () => {
      const { client } = await open({ replicationFactor: 3 });
      for (let round = 1; round <= 5; round++) {
        await client
          .index(UID)
          .addDocuments([{ id: 1, round }])
          .waitTask();
        for (const preference of ["a", "b", "c"]) {
          const { hits } = await client.with({ preference }).index(UID).search("");
          expect(hits).toEqual([{ id: 1, round }]);
        }
      }
    });

    it("waits for several tasks, in the order they were given", async () => {
      const { client } = await open();
      const enqueued = await Promise.all([
        client.index(UID).addDocuments([{ id: 1 }]),
        client.index(UID).deleteDocument(1),
        client.index(UID).updateStopWords(["a"]),
      ]);
      const tasks = await client.tasks.waitForTasks(enqueued);
      expect(tasks.map(({ uid }) => uid)).toEqual(enqueued.map(({ taskUid }) => taskUid));
      expect(tasks.every(({ status }) => status === "succeeded")).toBe(true);
      const seen: number[] = [];
      for await (const { uid } of client.tasks.waitForTasksIter(enqueued)) seen.push(uid);
      expect(seen).toHaveLength(3);
    });

    it("lists tasks newest first, page by page", async () => {
      const { client } = await open();
      const uids: number[] = [];
      for (let id = 0; id < 5; id++) uids.push((await client.index(UID).addDocuments([{ id }])).taskUid);
      await client.tasks.waitForTasks(uids);
      const first = await client.tasks.getTasks({ limit: 2 });
      expect(first.results.map(({ uid }) => uid)).toEqual([uids[4], uids[3]]);
      expect(first).toMatchObject({ total: 5, limit: 2, from: uids[4], next: uids[2] });
      const second = await client.tasks.getTasks({ limit: 2, from: first.next as number });
      expect(second.results.map(({ uid }) => uid)).toEqual([uids[2], uids[1]]);
      const last = await client.tasks.getTasks({ limit: 2, from: second.next as number });
      expect(last.results.map(({ uid }) => uid)).toEqual([uids[0]]);
      expect(last.next).toBeNull();
      const reversed = await client.tasks.getTasks({ reverse: true, limit: 3 });
      expect(reversed.results.map(({ uid }) => uid)).toEqual([uids[0], uids[1], uids[2]]);
    });

    it("filters tasks by index, type, status, uid and date", async () => {
      const { client } = await open();
      const { uid: added, enqueuedAt } = await client
        .index(UID)
        .addDocuments([{ id: 1 }])
        .waitTask();
      const { uid: failed } = await client
        .index("scenario_other")
        .addDocuments([{ noKey: 1 }])
        .waitTask();
      const { uid: deleted } = await client.index(UID).deleteDocument(1).waitTask();
      const list = async (query: Parameters<typeof client.tasks.getTasks>[0]) =>
        (await client.tasks.getTasks(query)).results.map(({ uid }) => uid);
      expect(await list({ indexUids: [UID] })).toEqual([deleted, added]);
      expect(await list({ types: ["documentDeletion"] })).toEqual([deleted]);
      expect(await list({ statuses: ["failed"] })).toEqual([failed]);
      expect(await list({ uids: [added, failed] })).toEqual([failed, added]);
      expect(await list({ beforeEnqueuedAt: enqueuedAt })).toEqual([]);
      expect(await list({ statuses: ["succeeded"], types: ["documentAdditionOrUpdate"] })).toEqual([added]);
    });

    it("shows each task as a batch of its own", async () => {
      const { client } = await open();
      const created = await client.createIndex(UID, { primaryKey: "id" }).waitTask();
      const added = await client
        .index(UID)
        .addDocuments([{ id: 1 }, { id: 2 }])
        .waitTask();
      expect(await client.batches.getBatch(added.batchUid ?? 0)).toEqual({
        ...{ uid: added.batchUid, progress: null, details: { receivedDocuments: 2, indexedDocuments: 2 } },
        stats: {
          ...{ totalNbTasks: 1, status: { succeeded: 1 }, types: { documentAdditionOrUpdate: 1 } },
          ...{ indexUids: { [UID]: 1 }, progressTrace: expect.any(Object) },
        },
        ...{ duration: added.duration, startedAt: added.startedAt, finishedAt: added.finishedAt },
        batchStrategy: "batched all enqueued tasks",
      });
      const { results } = await client.batches.getBatches({ limit: 1, from: created.uid });
      expect(results.map(({ uid }) => uid)).toEqual([created.batchUid]);
      expect((await client.batches.getBatches({ types: ["indexCreation"], uids: [created.uid] })).total).toBe(1);
      await expect(client.batches.getBatch(42)).rejects.toMatchObject({ cause: { code: "batch_not_found" } });
      await expect(client.batches.getBatch("x" as never)).rejects.toMatchObject({
        cause: { code: "invalid_batch_uids" },
      });
    });

    it("deletes finished tasks on every node, for every process", async () => {
      const { client, connect, directs } = await open();
      const other = connect();
      const added = await client
        .index(UID)
        .addDocuments([{ id: 1 }], { primaryKey: "id" })
        .waitTask();
      const stopWords = await client.index(UID).updateStopWords(["a"]).waitTask();
      const refused = await client
        .index(UID)
        .addDocuments([{ noId: 1 }])
        .waitTask();
      expect((await other.tasks.getTasks({ indexUids: [UID] })).results.map(({ uid }) => uid)).toEqual([
        ...[refused.uid, stopWords.uid, added.uid],
      ]);
      const before = (await directs[0]?.tasks.getTasks({ indexUids: [UID] }))?.total ?? 0;
      const enqueued = await client.tasks.deleteTasks({ indexUids: [UID], statuses: ["succeeded", "failed"] });
      expect(enqueued).toMatchObject({ type: "taskDeletion", indexUid: null, status: "enqueued" });
      const deletion = await client.tasks.waitForTask(enqueued);
      expect(deletion).toMatchObject({
        status: "succeeded",
        details: {
          ...{ matchedTasks: 3, deletedTasks: 3 },
          originalFilter: `?indexUids=${UID}&statuses=succeeded%2Cfailed`,
        },
      });
      expect((await directs[0]?.tasks.getTasks({ indexUids: [UID] }))?.total).toBeLessThan(before);
      for (const each of [client, other, connect()]) {
        expect((await each.tasks.getTasks({ indexUids: [UID] })).results).toEqual([]);
        for (const { uid } of [added, stopWords, refused]) {
          await expect(each.tasks.getTask(uid)).rejects.toMatchObject({ cause: { code: "task_not_found" } });
        }
      }
    });

    it("cancels and deletes nothing when nothing matches, and refuses to do it without a filter", async () => {
      const { client } = await open();
      await client.createIndex(UID).waitTask();
      const canceled = await client.tasks.cancelTasks({ uids: [42] }).waitTask();
      expect(canceled).toMatchObject({
        ...{ type: "taskCancelation", indexUid: null, status: "succeeded" },
        details: { matchedTasks: 0, canceledTasks: 0, originalFilter: "?uids=42" },
      });
      const { results } = await client.tasks.getTasks({ types: ["indexCreation"], statuses: ["succeeded"] });
      const tooLate = await client.tasks.cancelTasks({ uids: results.map(({ uid }) => uid) }).waitTask();
      expect(tooLate.details).toMatchObject({ matchedTasks: results.length, canceledTasks: 0 });
      for (const call of [() => client.tasks.cancelTasks({}), () => client.tasks.deleteTasks({})]) {
        await expect(call()).rejects.toMatchObject({ cause: { code: "missing_task_filters" } });
      }
      await expect(client.tasks.cancelTasks({ statuses: ["done" as never] })).rejects.toMatchObject({
        cause: { code: "invalid_task_statuses" },
      });
      await expect(client.tasks.deleteTasks({ limit: 3 } as never)).rejects.toMatchObject({
        cause: { code: "bad_request" },
      });
    });

    it("refuses wrong queries in the server's words", async () => {
      const { client } = await open();
      await expect(client.tasks.getTasks({ statuses: ["nonsense" as never] })).rejects.toMatchObject({
        cause: { code: "invalid_task_statuses" },
      });
      await expect(client.tasks.getTask("x" as never)).rejects.toMatchObject({ cause: { code: "invalid_task_uids" } });
      await expect(client.tasks.getTask(42)).rejects.toMatchObject({
        cause: { code: "task_not_found", message: "Task `42` not found." },
        response: { status: 404 },
      });
    });

    it("stops waiting when the time given for it is over", async () => {
      const { client } = await open();
      const enqueued = await client.index(UID).addDocuments([{ id: 1 }]);
      const error = await client.tasks.waitForTask(enqueued, { timeout: 1, interval: 0 }).catch((reason) => reason);
      // The task may be done before a millisecond has passed on a fast machine.
      if (!("uid" in error)) expect(error).toBeInstanceOf(MeilisearchTaskTimeOutError);
      await client.tasks.waitForTask(enqueued);
    });
  });
}
