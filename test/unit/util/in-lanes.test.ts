import { describe, expect, it } from "vitest";
import { inLanes } from "../../../src/util/in-lanes.ts";

const { signal } = new AbortController();

describe("inLanes()", () => {
  it("works on no more items at once than there are lanes, and answers in the order of the items", async () => {
    let open = 0;
    let most = 0;
    const results = await inLanes([3, 1, 2, 5, 4], { lanes: 2, signal }, async (item) => {
      most = Math.max(most, ++open);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      open -= 1;
      return item * 10;
    });
    expect(results).toEqual([30, 10, 20, 50, 40]);
    expect(most).toBe(2);
  });

  it("begins nothing more after a failure, and throws it once everything under way has ended", async () => {
    const ended: number[] = [];
    const working = inLanes([1, 2, 3, 4], { lanes: 2, signal }, async (item, own) => {
      if (item === 1) throw new Error("first");
      await new Promise<void>((resolve) => own.addEventListener("abort", () => resolve()));
      ended.push(item);
    });
    await expect(working).rejects.toThrow("first");
    expect(ended).toEqual([2]);
  });

  it("throws the caller's reason when the caller ends it", async () => {
    const stop = new AbortController();
    const working = inLanes([1, 2], { lanes: 1, signal: stop.signal }, async () => stop.abort(new Error("enough")));
    await expect(working).rejects.toThrow("enough");
  });
});
