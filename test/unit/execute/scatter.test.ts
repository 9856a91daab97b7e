import { describe, expect, it } from "vitest";
import type { NodeRequest } from "../../../src/transport/transport.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { answer, failure, refusal } from "../../support/memory-transport.ts";
import { answered, ok, setUpScatter as setUp, shardsOf } from "../../support/scatter-set-up.ts";

describe("scatter", () => {
  it("asks one replica of every shard, each shard once, and frees its timers", async () => {
    const { clock, transport, run } = setUp(ok);
    const result = await run();
    expect(answered(result)).toEqual([0, 1, 2, 3]);
    expect(transport.sent.flatMap(shardsOf).sort()).toEqual([0, 1, 2, 3]);
    expect(result).toMatchObject({ refusals: [], missing: [], indebted: [], failures: [] });
    expect(clock.pending).toBe(0);
  });

  it("has its requests under way in the turn that chose the nodes, where the next scatter counts them", async () => {
    const { fleet, transport, run } = setUp(ok);
    const work = run();
    expect(["a", "b", "c"].map((id) => fleet.inFlight(id))).toEqual([1, 1, 0]);
    await work;
    expect(transport.asked).toEqual(["a", "b"]);
    expect(["a", "b", "c"].map((id) => fleet.inFlight(id))).toEqual([0, 0, 0]);
  });

  it.each(["unreachable", "identity", "reset", "bad-answer"] as const)(
    "asks other replicas for exactly the shards of a node that failed as %s",
    async (kind) => {
      const { transport, run } = setUp((request) => (request.node.id === "a" ? failure(kind) : ok(request)));
      const result = await run();
      expect(answered(result)).toEqual([0, 1, 2, 3]);
      expect(transport.asked.filter((id) => id === "a")).toHaveLength(1);
      const lost = transport.sent.filter(({ node }) => node.id === "a").flatMap(shardsOf);
      const before = transport.sent
        .slice(0, 2)
        .filter(({ node }) => node.id !== "a")
        .flatMap(shardsOf);
      const after = transport.sent.slice(2).flatMap(shardsOf).sort();
      expect(after).toEqual(lost.sort());
      expect([...before, ...after].sort()).toEqual([0, 1, 2, 3]);
      expect(result.failures).toHaveLength(1);
    },
  );

  it("waits for a silent node only as long as one attempt may take while another replica could answer", async () => {
    const { clock, run, health } = setUp((request) => (request.node.id === "a" ? "hang" : ok(request)));
    const work = run();
    await clock.advance(1000);
    expect(answered(await work)).toEqual([0, 1, 2, 3]);
    expect(health.isSuspect("a")).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("gives a silent node all the time there is when nobody else could answer", async () => {
    const { clock, transport, run } = setUp(() => "hang", { table: [["a"]], timeoutMs: 3000 });
    const work = run();
    await clock.advance(2999);
    expect(transport.inFlight).toBe(1);
    await clock.advance(1);
    expect((await work).missing).toEqual([0]);
    expect(transport.asked).toEqual(["a"]);
  });

  it("never asks a node twice that was silent", async () => {
    const { clock, transport, run } = setUp(() => "hang");
    const work = run();
    await clock.advance(5000);
    expect((await work).missing).toEqual([0, 1, 2, 3]);
    expect(new Set(transport.asked).size).toBe(transport.asked.length - overlaps(transport.sent));
    expect(clock.pending).toBe(0);
  });

  it("does not suspect a node because a caller was in a hurry", async () => {
    const { clock, health, run } = setUp(() => "hang", { timeoutMs: 20 });
    const work = run();
    await clock.advance(20);
    expect((await work).missing).toEqual([0, 1, 2, 3]);
    for (const id of ["a", "b", "c"]) expect(health.isSuspect(id)).toBe(false);
  });

  it("takes a refusal for the answer, and asks nobody else", async () => {
    const { transport, run } = setUp(() => refusal(400, "invalid_search_filter"));
    const result = await run();
    expect(result.parts).toEqual([]);
    expect(result.refusals.flatMap(({ shards }) => shards).sort()).toEqual([0, 1, 2, 3]);
    expect(transport.sent).toHaveLength(2);
  });

  it("asks another replica when a refusal is the node's own fault", async () => {
    const { run } = setUp((request) => (request.node.id === "a" ? refusal(404, "index_not_found") : ok(request)), {
      isNodeFault: ({ body }, node) => node.id === "a" && (body as { code: string }).code === "index_not_found",
    });
    const result = await run();
    expect(answered(result)).toEqual([0, 1, 2, 3]);
    expect(result.refusals).toEqual([]);
  });

  it("reports shards that nobody can answer for, and answers the others", async () => {
    const { run } = setUp((request) => (request.node.id === "c" ? ok(request) : failure("unreachable")));
    const result = await run();
    expect(answered(result)).toEqual([1, 2]);
    expect(result.missing).toEqual([0, 3]);
  });

  it("uses a replica with debt only where no other is left, and says for which shards", async () => {
    const { run } = setUp((request) => (request.node.id === "b" ? failure("unreachable") : ok(request)), {
      indebted: ["a"],
    });
    const result = await run();
    expect(answered(result)).toEqual([0, 1, 2, 3]);
    expect(result.indebted).toEqual([0, 3]);
  });

  it("does not call shards indebted that a replica with debt was asked for in vain", async () => {
    let isSecond = false;
    const { clock, run } = setUp(
      (request) => {
        if (request.node.id === "a") return failure("unreachable");
        if (isSecond) return ok(request);
        isSecond = true;
        return refusal(503, "too_many_search_requests");
      },
      { table: [["a", "b"]], indebted: ["a"] },
    );
    const work = run();
    await clock.advance(200);
    expect(await work).toMatchObject({ missing: [], indebted: [] });
  });

  it("asks a lone node a second time after the pause it asked for", async () => {
    let count = 0;
    const { clock, transport, run } = setUp(
      (request) => {
        count += 1;
        return count === 1 ? answer(503, { code: "too_many_search_requests" }, { "retry-after": "1" }) : ok(request);
      },
      { table: [["a"]] },
    );
    const work = run();
    await clock.advance(999);
    expect(transport.sent).toHaveLength(1);
    await clock.advance(1);
    expect(answered(await work)).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it("gives a second chance once, and none to a pause that is longer than there is time for", async () => {
    const busy = (seconds: string) => answer(503, { code: "too_many_search_requests" }, { "retry-after": seconds });
    const always = setUp(() => busy("0"), { table: [["a"]] });
    expect((await always.run()).missing).toEqual([0]);
    expect(always.transport.sent).toHaveLength(2);
    const long = setUp(() => busy("3"), { table: [["a"]] });
    expect((await long.run()).missing).toEqual([0]);
    expect(long.transport.sent).toHaveLength(1);
  });

  it("keeps the second chance of two nodes that were overloaded at once from being spent before its pause", async () => {
    const clockStart = new FakeClock().now();
    const { clock, run } = setUp(
      (request) =>
        clock.now() < clockStart + 100
          ? answer(503, { code: "too_many_search_requests" }, { "retry-after": "0.1" })
          : ok(request),
      {
        table: [
          ["a", "b"],
          ["b", "a"],
        ],
      },
    );
    const work = run();
    await clock.advance(1000);
    const result = await work;
    expect(result.missing).toEqual([]);
    expect(answered(result)).toEqual([0, 1]);
  });

  /** Shard 0 is lost on the way to node a, so that b is asked twice at once; it is overloaded until 50 ms after its first answer. */
  function overloadedTwice(answersAtMs: readonly number[]) {
    const sleeps = new Map<number, Promise<void>>();
    const setup = setUp(
      async (request) => {
        if (request.node.id === "a") return failure("unreachable");
        const delayMs = answersAtMs[setup.transport.asked.filter((id) => id === "b").length - 1];
        if (delayMs === undefined) return ok(request);
        const sleep = sleeps.get(delayMs) ?? setup.clock.sleep(delayMs);
        sleeps.set(delayMs, sleep); // answers at the same time come in the same tick
        await sleep;
        return answer(503, { code: "too_many_search_requests" }, { "retry-after": "0.05" });
      },
      { table: [["a", "b"], ["b"], ["a"]] },
    );
    return setup;
  }

  it("lets two requests that a node refused at once both profit from its second chance", async () => {
    const { clock, run, transport } = overloadedTwice([10, 10]);
    const work = run();
    await clock.advance(60);
    expect((await work).missing).toEqual([2]);
    expect(transport.asked.filter((id) => id === "b")).toHaveLength(4);
  });

  it("does not hold a late refusal of an earlier request against a node that was let back in", async () => {
    const { clock, run, transport } = overloadedTwice([10, 30]);
    const work = run();
    await clock.advance(60);
    expect((await work).missing).toEqual([2]);
    expect(transport.asked.filter((id) => id === "b")).toHaveLength(4);
  });

  it("does not ask a cluster everything once more that has too much to do, before the pause that it asked for", async () => {
    const busy = () => answer(503, { code: "too_many_search_requests" }, { "retry-after": "1" });
    const { clock, fleet, transport, run } = setUp(busy);
    for (const id of ["a", "b", "c"]) fleet.overloaded(id, { nowMs: clock.monotonic(), retryAfterMs: 1000 });
    const work = run();
    await clock.advance(999);
    const before = transport.sent.length;
    await clock.advance(4000);
    expect((await work).missing).toEqual([0, 1, 2, 3]);
    expect(before).toBe(2);
    expect(transport.sent.length).toBeLessThanOrEqual(6);
  });

  it("asks a suspect that a probe finds well, as a last resort", async () => {
    const { clock, health, run } = setUp(ok, { table: [["a"]], suspects: ["a"], probe: async () => undefined });
    await clock.advance(500);
    expect(answered(await run())).toEqual([0]);
    expect(health.isSuspect("a")).toBe(false);
  });

  it("does not ask a suspect whose probe failed", async () => {
    const { clock, transport, run } = setUp(ok, { table: [["a"]], suspects: ["a"] });
    await clock.advance(500);
    expect(await run()).toMatchObject({ missing: [0], parts: [] });
    expect(transport.sent).toEqual([]);
  });

  it("does not let a silent probe outlast the deadline", async () => {
    const { clock, run } = setUp(ok, {
      ...{ table: [["a"]], suspects: ["a"], timeoutMs: 300, probe: () => new Promise(() => undefined) },
    });
    await clock.advance(500);
    const work = run();
    await clock.advance(300);
    expect((await work).missing).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it("uses a suspect that recovered without waiting for one that stays silent", async () => {
    const { clock, run } = setUp(ok, {
      table: [["a", "b"]],
      suspects: ["a", "b"],
      probe: ({ id }) => (id === "a" ? new Promise(() => undefined) : Promise.resolve()),
    });
    await clock.advance(500);
    expect((await run()).parts.map(({ node }) => node.id)).toEqual(["b"]);
  });

  it("lists the answers in the order of node ids, whoever was first", async () => {
    const { clock, run } = setUp(async (request) => {
      await clock.sleep(request.node.id === "a" ? 50 : 10);
      return ok(request);
    });
    const work = run();
    await clock.advance(100);
    const ids = (await work).parts.map(({ node }) => node.id);
    expect(ids).toEqual([...ids].sort());
    expect(ids.length).toBeGreaterThan(1);
  });
});

/** How many requests went to a node that had been asked for other shards already. */
function overlaps(sent: readonly NodeRequest[]): number {
  return sent.filter(({ node, body }, position) =>
    sent.slice(0, position).some((earlier) => earlier.node.id === node.id && earlier.body !== body),
  ).length;
}
