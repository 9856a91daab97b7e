import { describe, expect, it } from "vitest";
import { NodeHealth } from "../../../src/select/health.ts";

describe("NodeHealth", () => {
  it("suspects a node after one failure, says why, and trusts it again after one answer", () => {
    const health = new NodeHealth();
    expect(health.isSuspect("a")).toBe(false);
    expect(health.reasonOf("a")).toBeUndefined();
    health.failed("a", 0, "did not answer");
    expect([health.isSuspect("a"), health.isSuspect("b"), health.reasonOf("a")]).toEqual([
      true,
      false,
      "did not answer",
    ]);
    health.answered("a");
    expect(health.isSuspect("a")).toBe(false);
  });

  it("hands out each probe once, when its interval has passed since the last failure or probe", () => {
    const health = new NodeHealth({ probeIntervalMs: 100 });
    health.failed("a", 0, "x");
    expect(health.dueProbes(99)).toEqual([]);
    expect(health.dueProbes(100)).toEqual(["a"]);
    expect(health.dueProbes(100)).toEqual([]);
    health.failed("a", 150, "x");
    expect(health.dueProbes(249)).toEqual([]);
    expect(health.dueProbes(250)).toEqual(["a"]);
  });

  it("probes no node that is up", () => {
    const health = new NodeHealth();
    health.failed("a", 0, "x");
    health.answered("a");
    expect(health.dueProbes(10_000)).toEqual([]);
  });
});
