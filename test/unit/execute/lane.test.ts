import { describe, expect, it } from "vitest";
import { Lanes } from "../../../src/execute/lane.ts";
import { settle } from "../../support/fake-clock.ts";

function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe("Lanes", () => {
  it("runs tasks of one key in call order, one at a time", async () => {
    const lanes = new Lanes();
    const first = gate();
    const events: string[] = [];
    const works = [
      lanes.run("k", async () => {
        events.push("1 begins");
        await first.passed;
        events.push("1 ends");
      }),
      lanes.run("k", async () => events.push("2")),
      lanes.run("k", async () => events.push("3")),
    ];
    await settle();
    expect(events).toEqual(["1 begins"]);
    first.open();
    await Promise.all(works);
    expect(events).toEqual(["1 begins", "1 ends", "2", "3"]);
  });

  it("runs tasks of different keys side by side", async () => {
    const lanes = new Lanes();
    const first = gate();
    const slow = lanes.run("a", () => first.passed);
    expect(await lanes.run("b", async () => "done")).toBe("done");
    first.open();
    await slow;
  });

  it("goes on after a task that failed, and hands the failure to its own caller", async () => {
    const lanes = new Lanes();
    const failed = lanes.run("k", () => Promise.reject(new Error("broken")));
    const next = lanes.run("k", async () => "next");
    await expect(failed).rejects.toThrow("broken");
    expect(await next).toBe("next");
  });

  it("is idle when everything queued so far has ended, failures included", async () => {
    const lanes = new Lanes();
    const first = gate();
    const ended: string[] = [];
    const works = [
      lanes.run("a", () => first.passed.then(() => ended.push("a"))),
      lanes.run("a", () => Promise.reject(new Error("broken"))).catch(() => ended.push("a2")),
    ];
    const idle = lanes.idle().then(() => ended.push("idle"));
    await settle();
    expect(ended).toEqual([]);
    first.open();
    await Promise.all([...works, idle]);
    expect(ended.at(-1)).toBe("idle");
    await lanes.idle();
  });
});
