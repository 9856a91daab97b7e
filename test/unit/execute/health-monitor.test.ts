import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../src/execute/attempt.ts";
import { HealthMonitor } from "../../../src/execute/health-monitor.ts";
import { NodeHealth } from "../../../src/select/health.ts";
import { FakeClock, settle } from "../../support/fake-clock.ts";
import { answer, failure, memoryNode } from "../../support/memory-transport.ts";

function setUp(probe: (id: string) => Promise<void> = () => Promise.reject(new Error("still down"))) {
  const clock = new FakeClock();
  const probed: string[] = [];
  const nodesById = new Map(["a", "b"].map((id) => [id, memoryNode(id)]));
  const monitor = new HealthMonitor({
    ...{ health: new NodeHealth({ probeIntervalMs: 500 }), clock, live: { nodesById }, patienceMs: 1000 },
    probe({ id }) {
      probed.push(id);
      return probe(id);
    },
  });
  return { clock, probed, monitor };
}

const lost = failure("aborted");

describe("HealthMonitor", () => {
  it.each<[string, Outcome, boolean]>([
    ["a refused connection", { kind: "unreachable", failure: failure("unreachable") }, true],
    ["silence for as long as one attempt may take", { kind: "unknown", failure: lost, silentMs: 1000 }, true],
    ["silence until the operation's own end", { kind: "aborted", failure: lost, silentMs: 5000 }, true],
    ["silence towards a caller in a hurry", { kind: "unknown", failure: lost, silentMs: 999 }, false],
    ["a caller that gave up", { kind: "aborted", failure: lost, silentMs: undefined }, false],
    ["a broken connection", { kind: "unknown", failure: failure("reset"), silentMs: undefined }, false],
    ["overload", { kind: "overloaded", response: answer(429), retryAfterMs: undefined }, false],
    ["an error of the server", { kind: "broken", response: answer(500) }, false],
  ])("after %s: suspect is %s", (_name, outcome, isSuspect) => {
    const { monitor } = setUp();
    monitor.observe("a", outcome);
    expect(monitor.isSuspect("a")).toBe(isSuspect);
    monitor.observe("a", { kind: "answered", response: answer(404) });
    expect(monitor.isSuspect("a")).toBe(false);
  });

  it("probes a suspect when it is due, and trusts it again when it is itself", async () => {
    const { clock, probed, monitor } = setUp(async () => undefined);
    monitor.distrust("a", "was down");
    monitor.refresh();
    expect(probed).toEqual([]);
    await clock.advance(500);
    monitor.refresh();
    monitor.refresh();
    await settle();
    expect(probed).toEqual(["a"]);
    expect(monitor.isSuspect("a")).toBe(false);
  });

  it("probes a suspect at once when something was learned that may clear it", async () => {
    const { probed, monitor } = setUp(async () => undefined);
    monitor.distrust("a", "was rebuilt");
    for (const node of ["a", "b"]) monitor.retry(node);
    expect(await monitor.recovered(["a", "b"])).toEqual(["a"]);
    expect(probed).toEqual(["a"]);
    expect(monitor.isSuspect("a")).toBe(false);
  });

  it("keeps a suspect whose probe failed, with the newest reason", async () => {
    const { clock, monitor } = setUp();
    monitor.distrust("a", "was down");
    await clock.advance(500);
    expect(await monitor.recovered(["a"])).toEqual([]);
    expect(monitor.reasonOf("a")).toBe("still down");
  });

  it("answers those that recovered, after all probes or after the first", async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { clock, monitor } = setUp((id) => (id === "a" ? slow : Promise.resolve()));
    monitor.distrust("a", "was down");
    monitor.distrust("b", "was down");
    await clock.advance(500);
    const all = monitor.recovered(["a", "b"]);
    expect(await monitor.anyRecovered(["a", "b"])).toBe(true);
    release();
    expect(await all).toEqual(["a", "b"]);
  });

  it("finds nobody recovered when nobody was asked or every probe failed", async () => {
    const { clock, monitor } = setUp();
    expect(await monitor.anyRecovered([])).toBe(false);
    monitor.distrust("a", "was down");
    expect(await monitor.anyRecovered(["a"])).toBe(false);
    await clock.advance(500);
    expect(await monitor.anyRecovered(["a"])).toBe(false);
  });

  it("does not fail over a suspect that the cluster does not know", async () => {
    const { clock, monitor, probed } = setUp();
    monitor.distrust("stranger", "is no node");
    await clock.advance(500);
    expect(await monitor.recovered(["stranger"])).toEqual([]);
    expect(probed).toEqual([]);
  });
});
