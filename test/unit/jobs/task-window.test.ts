import { describe, expect, it } from "vitest";
import { TaskWindow } from "../../../src/jobs/move/task-window.ts";

describe("TaskWindow", () => {
  it("lets few tasks be under way, and tells of each once it and those before it have succeeded", async () => {
    const waited: number[] = [];
    const applied: number[] = [];
    const window = new TaskWindow(async (taskUid) => void waited.push(taskUid));
    const add = (taskUid: number) => window.add({ taskUid, onApplied: () => applied.push(taskUid) });
    for (const taskUid of [1, 2, 3]) await add(taskUid);
    expect(waited).toEqual([]);
    await add(4);
    expect([waited, applied]).toEqual([[1], [1]]);
    await window.empty();
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it("fails with the task that failed, and says of none behind it that it was applied", async () => {
    const applied: number[] = [];
    const window = new TaskWindow(async (taskUid) => {
      if (taskUid === 2) throw new Error("task 2 failed");
    });
    for (const taskUid of [1, 2, 3]) await window.add({ taskUid, onApplied: () => applied.push(taskUid) });
    await expect(window.empty()).rejects.toThrow("task 2 failed");
    expect(applied).toEqual([1]);
  });
});
