import { describe, expect, it } from "vitest";
import type { NotedWrite } from "../../../src/tasks/own-writes/noted-write.ts";
import { PendingWrites } from "../../../src/tasks/own-writes/pending-writes.ts";
import type { NodeTaskRef } from "../../../src/tasks/virtual-task.ts";
import { memoryNode } from "../../support/memory-transport.ts";

const [a, b] = [memoryNode("a"), memoryNode("b")];
const nodesById = new Map([a, b].map((node) => [node.id, node]));
const [one, other] = [{ process: 1 }, { process: 2 }];

function write(taskUid: number): NotedWrite {
  return { taskUid, index: "movies", parts: { a: [taskUid], b: [taskUid] } };
}

const nothing = async () => {};

describe("the pending writes of a session", () => {
  it("are new to every process but the one that made them, until it has read the records", async () => {
    const writes = new PendingWrites();
    expect(writes.isNewTo(one)).toBe(false);
    writes.note(write(1), one);
    expect([writes.isNewTo(one), writes.isNewTo(other)]).toEqual([false, true]);
    await writes.learn(other, nothing);
    expect(writes.isNewTo(other)).toBe(false);
    writes.note(write(2), other);
    expect([writes.isNewTo(one), writes.isNewTo(other)]).toEqual([true, false]);
  });

  it("stay new when they are dropped, when the reading fails, and when more are made meanwhile", async () => {
    const writes = new PendingWrites();
    writes.note(write(1), one);
    for (const each of writes.list()) writes.drop(each);
    expect(writes.isNewTo(other)).toBe(true);
    await expect(writes.learn(other, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(writes.isNewTo(other)).toBe(true);
    await writes.learn(other, async () => writes.note(write(2), one));
    expect(writes.isNewTo(other)).toBe(true);
  });

  it("are new to whoever is handed a session, even when none is left", () => {
    expect(new PendingWrites([]).isNewTo(one)).toBe(true);
    const resumed = new PendingWrites([write(1)]);
    resumed.note(write(2), one);
    expect(resumed.isNewTo(one), "what was handed over is not known by a write of one's own").toBe(true);
  });

  it("are asked of each node once for all that look, and no more when their end is known", async () => {
    const writes = new PendingWrites([write(1), write(2)]);
    const asked: string[] = [];
    const answers = new Map<string, (answer: Map<string, Map<number, { status: string }>>) => void>();
    const ask = (refs: readonly NodeTaskRef[]) => {
      const id = refs[0]?.node.id ?? "";
      asked.push(`${id}: ${refs.map(({ taskUid }) => taskUid).join()}`);
      return new Promise<Map<string, Map<number, { status: string }>>>((resolve) => answers.set(id, resolve));
    };
    const looks = [writes.poll({ nodesById, ask }), writes.poll({ nodesById, ask })];
    expect(asked).toEqual(["a: 1,2", "b: 1,2"]);
    const said = new Map([1, 2].map((uid) => [uid, { status: uid === 1 ? "succeeded" : "processing" }]));
    answers.get("a")?.(new Map([["a", said]]));
    await Promise.all(looks); // though the other node says nothing
    void writes.poll({ nodesById, ask });
    expect(asked.slice(2)).toEqual(["a: 2"]);
  });
});
