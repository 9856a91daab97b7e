import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { untilAborted } from "../../../src/util/abort.ts";

describe("untilAborted", () => {
  it("answers as the work does, and leaves no listener behind", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(untilAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("rejects with the reason at once, also when the signal had fired before", async () => {
    const controller = new AbortController();
    const waiting = untilAborted(new Promise(() => undefined), controller.signal);
    controller.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(untilAborted(new Promise(() => undefined), controller.signal)).rejects.toBe("enough");
  });

  it("swallows a failure of work that nobody waits for any more", async () => {
    const work = untilAborted(Promise.reject(new Error("late")), AbortSignal.abort("enough"));
    await expect(work).rejects.toBeDefined();
  });
});
