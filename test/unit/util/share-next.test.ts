import { describe, expect, it } from "vitest";
import { shareNext } from "../../../src/util/share-next.ts";

describe("shareNext", () => {
  it("gives each caller work that began after it asked, shared with those who ask meanwhile", async () => {
    const ends: ((value: number) => void)[] = [];
    const share = shareNext(() => new Promise<number>((resolve) => ends.push(resolve)));
    const first = share();
    await Promise.resolve();
    expect(ends).toHaveLength(1);
    const [second, third] = [share(), share()];
    ends[0]?.(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(ends).toHaveLength(2);
    ends[1]?.(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
  });

  it("goes on after work that failed, and tells those who shared it", async () => {
    let runs = 0;
    const share = shareNext(async () => {
      runs += 1;
      if (runs === 1) throw new Error("broken");
      return runs;
    });
    const failed = [share(), share()];
    for (const each of failed) await expect(each).rejects.toThrow("broken");
    expect(await share()).toBe(2);
  });
});
