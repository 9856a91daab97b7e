import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../src/select/fleet.ts";
import type { NodeRequest } from "../../../src/transport/transport.ts";
import { failure, refusal } from "../../support/memory-transport.ts";
import { answered, ok, type ScatterSetup, setUpScatter, shardsOf } from "../../support/scatter-set-up.ts";

/** Every node answered so often that its quantiles are known: in 4 ms, so that a hedge is due after the floor. */
function teach(fleet: Fleet, nodes: readonly string[], nowMs: number): void {
  for (const node of nodes) {
    for (let times = 0; times < 25; times++) fleet.depart(node, "search", nowMs - 4).end("measured", nowMs);
  }
}

type Delays = Readonly<Record<string, number>>;

/** Four shards on three nodes, each on two; a node answers after its delay, and never when that is infinite. */
function setUp(delays: Delays, setup: ScatterSetup = {}, reply: (request: NodeRequest) => ReturnType<typeof ok> = ok) {
  const parts = setUpScatter(
    async (request) => {
      const delayMs = delays[request.node.id] ?? 0;
      if (!Number.isFinite(delayMs)) return "hang";
      if (delayMs > 0) await parts.clock.sleep(delayMs);
      return reply(request);
    },
    { hedging: {}, ...setup },
  );
  teach(parts.fleet, ["a", "b", "c"], parts.clock.monotonic());
  return parts;
}

describe("a hedge", () => {
  it("asks others for exactly the shards of a node that is late, and takes their answers", async () => {
    const { clock, transport, hedging, run } = setUp({ a: 300 });
    const work = run();
    await clock.advance(9);
    const before = transport.sent.length;
    await clock.advance(1);
    const result = await work;
    const late = transport.sent.filter(({ node }) => node.id === "a").flatMap(shardsOf);
    expect(transport.sent.slice(before).flatMap(shardsOf).sort()).toEqual(late.sort());
    expect(late.length).toBeGreaterThan(0);
    expect([answered(result), result.parts.some(({ node }) => node.id === "a")]).toEqual([[0, 1, 2, 3], false]);
    expect(result.hedges).toEqual({ fired: 1, won: 1 });
    expect(result.failures).toEqual([]);
    expect(result.requests).toBe(transport.sent.length);
    await clock.advance(290);
    expect(hedging?.counts).toMatchObject({ fired: 1, won: 1, savedMs: 290 });
    expect([transport.inFlight, clock.pending]).toEqual([0, 0]);
  });

  it("is never sent when every node answers in time, and leaves no timer", async () => {
    const { clock, transport, run } = setUp({ a: 9, b: 9, c: 9 });
    const work = run();
    await clock.advance(9);
    expect((await work).hedges).toEqual({ fired: 0, won: 0 });
    expect([transport.sent.length, clock.pending]).toEqual([2, 0]);
  });

  it("loses against the late node when that answers first, and each shard counts once", async () => {
    const { clock, run } = setUp({ a: 12, b: 0, c: 300 });
    const work = run();
    await clock.advance(12);
    const result = await work;
    expect([answered(result), result.hedges]).toEqual([[0, 1, 2, 3], { fired: 1, won: 0 }]);
    expect(result.parts.map(({ node }) => node.id)).toEqual(["a", "b"]);
    await clock.advance(300);
    expect(clock.pending).toBe(0);
  });

  it("tells that nobody waits for the second answer any more, and keeps its connection", async () => {
    const { clock, transport, run } = setUp({ a: 50 });
    const work = run();
    await clock.advance(10);
    await work;
    const left = transport.sent.filter(({ isUnwanted }) => isUnwanted?.() === true);
    expect(left.map(({ node }) => node.id)).toEqual(["a"]);
    expect(transport.inFlight).toBe(1);
    await clock.advance(40);
    expect(transport.inFlight).toBe(0);
  });

  it("waits for the hedge, and asks nobody a third time, when the late node fails meanwhile", async () => {
    const { clock, transport, run } = setUp({ a: 20, b: 0, c: 30 }, {}, (request) => {
      if (request.node.id === "a") throw failure("reset");
      return ok(request);
    });
    const work = run();
    await clock.advance(100);
    const result = await work;
    expect(answered(result)).toEqual([0, 1, 2, 3]);
    const timesAsked = transport.sent.filter(({ node }) => node.id !== "a").flatMap(shardsOf);
    expect(new Set(timesAsked).size).toBe(timesAsked.length);
  });

  it("falls back on the late node when those asked beside it fail", async () => {
    let isHedging = false;
    const { clock, run } = setUp({ a: 40 }, {}, (request) => {
      if (request.node.id !== "a" && isHedging) throw failure("reset");
      return ok(request);
    });
    const work = run();
    await clock.advance(9);
    isHedging = true;
    await clock.advance(100);
    const result = await work;
    expect([answered(result), result.hedges]).toEqual([[0, 1, 2, 3], { fired: 1, won: 0 }]);
  });

  it("is not due before twenty answers of the node are known", async () => {
    const parts = setUpScatter(({ node }) => (node.id === "a" ? "hang" : ok({ node } as NodeRequest)), { hedging: {} });
    const work = parts.run();
    await parts.clock.advance(900);
    expect(parts.hedging?.counts.fired).toBe(0);
    await parts.clock.advance(5000);
    await work;
  });

  it("is not due for shards that nobody else holds, or only with debt", async () => {
    const alone = setUp({ a: 30 }, { table: [["a"], ["b"], ["c"]] });
    const work = alone.run();
    await alone.clock.advance(100);
    expect((await work).hedges.fired).toBe(0);
    const owing = setUp(
      { a: 30 },
      {
        table: [
          ["a", "b"],
          ["a", "c"],
        ],
        indebted: ["b", "c"],
      },
    );
    const other = owing.run();
    await owing.clock.advance(100);
    expect([(await other).hedges.fired, (await other).indebted]).toEqual([0, []]);
  });

  it("is not sent into a node that is overloaded or late itself", async () => {
    const { clock, fleet, transport, run } = setUp({ a: 300 });
    for (const node of ["b", "c"]) fleet.overloaded(node, { nowMs: clock.monotonic(), retryAfterMs: 10_000 });
    const work = run();
    await clock.advance(1000);
    expect((await work).hedges.fired).toBe(0);
    expect(transport.sent).toHaveLength(2);
  });

  it("spends no more than its budget when every node is slow", async () => {
    const delays: Record<string, number> = { a: 4, b: 4, c: 4 };
    const { clock, transport, hedging, run } = setUp(delays, { hedging: { share: 0.05, burst: 10 } });
    for (const node of ["a", "b", "c"]) delays[node] = 400;
    for (let times = 0; times < 200; times++) {
      const work = run();
      await clock.advance(900);
      await work;
    }
    const ordinary = transport.sent.length - (hedging?.counts.requests ?? 0);
    expect(hedging?.counts.requests).toBeGreaterThan(0);
    expect(hedging?.counts.requests).toBeLessThanOrEqual(10 + 0.05 * ordinary);
  });

  it("makes a late node one to be spared while it is late, also where the budget allows no hedge", async () => {
    const { clock, fleet, hedging, run } = setUp({ a: 300 }, { hedging: { share: 0, burst: 0 } });
    const work = run();
    await clock.advance(9);
    expect(fleet.isStrained("a", clock.monotonic())).toBe(false);
    await clock.advance(1);
    expect(fleet.isStrained("a", clock.monotonic())).toBe(true);
    await clock.advance(290);
    expect(fleet.isStrained("a", clock.monotonic())).toBe(false);
    expect([(await work).hedges.fired, hedging?.counts.exhausted]).toEqual([0, 1]);
  });

  it("still takes a silent node for suspect once its time is over, although others answered long ago", async () => {
    const { clock, health, run } = setUp({ a: Number.POSITIVE_INFINITY });
    const work = run();
    await clock.advance(10);
    await work;
    expect(health.isSuspect("a")).toBe(false);
    await clock.advance(990);
    expect([health.isSuspect("a"), clock.pending]).toEqual([true, 0]);
  });

  it("takes a refusal by those asked beside a late node for the answer", async () => {
    const { clock, run } = setUp({ a: 300 }, {}, (request) =>
      request.node.id === "a" ? ok(request) : refusal(400, "invalid_search_filter"),
    );
    const work = run();
    await clock.advance(400);
    expect((await work).refusals.length).toBeGreaterThan(0);
  });
});
