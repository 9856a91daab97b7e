import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort, untilAborted } from "../../../src/util/abort.ts";

describe("onAbort()", () => {
  it("calls the listener once the signal fires, or at once when it has", () => {
    const controller = new AbortController();
    const calls: string[] = [];
    onAbort(controller.signal, () => calls.push("kept"));
    onAbort(controller.signal, () => calls.push("taken back"))();
    expect(calls).toEqual([]);
    controller.abort();
    expect(calls).toEqual(["kept"]);
    onAbort(controller.signal, () => calls.push("late"));
    expect(calls).toEqual(["kept", "late"]);
  });

  it("lets a signal have as many listeners as a call has nodes, without a warning", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    try {
      const { signal } = new AbortController();
      for (let listeners = 0; listeners < 50; listeners++) onAbort(signal, () => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20)); // warnings come a turn later
      expect(warnings).toEqual([]);
    } finally {
      process.off("warning", note);
    }
  });
});

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
