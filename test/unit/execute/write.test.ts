import { describe, expect, it } from "vitest";
import { Deadline } from "../../../src/execute/deadline.ts";
import { HealthMonitor } from "../../../src/execute/health-monitor.ts";
import { Lanes } from "../../../src/execute/lane.ts";
import { sendWrites, type WriteContext, type WriteTarget } from "../../../src/execute/write.ts";
import { NodeHealth } from "../../../src/select/health.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { answer, failure, MemoryTransport, memoryNode, refusal, type Script } from "../../support/memory-transport.ts";

const a = memoryNode("a");
const b = memoryNode("b");

function setUp(script: Script) {
  const clock = new FakeClock();
  const transport = new MemoryTransport(script);
  const nodesById = new Map([a, b].map((node) => [node.id, node]));
  const probe = () => Promise.reject(new Error("still down"));
  const health = new HealthMonitor({ health: new NodeHealth(), clock, live: { nodesById }, patienceMs: 1000, probe });
  const lanes = new Lanes();
  const send = (targets: readonly WriteTarget[], more: Partial<WriteContext> & { timeoutMs?: number } = {}) => {
    const { timeoutMs = 10_000, ...rest } = more;
    const deadline = Deadline.start(clock, timeoutMs);
    const attemptTimeoutMs = deadline.remainingMs;
    const context = { transport, clock, deadline, health, lanes, attemptTimeoutMs, lane: "movies", cancel: undefined };
    const isCovered = () => true;
    return sendWrites(targets, { ...context, isCovered, ...rest }).finally(() => deadline.end());
  };
  return { clock, transport, health, send };
}

/** A node's write with one request per text. */
const target = (node: typeof a, ...bodies: string[]): WriteTarget => ({
  node,
  requests: () => bodies.map((body) => ({ node, method: "POST" as const, path: "indexes/movies/documents", body })),
});
const enqueued = (taskUid: number) => answer(202, { taskUid });

describe("sendWrites", () => {
  it("sends every node its requests in order, and collects the tasks", async () => {
    let uid = 0;
    const { transport, send, clock } = setUp(() => enqueued(uid++));
    const replies = await send([target(a, "a1", "a2"), target(b, "b1")]);
    expect(replies.map(({ node, verdict, taskUids }) => [node.id, verdict, taskUids.length])).toEqual([
      ["a", "acknowledged", 2],
      ["b", "acknowledged", 1],
    ]);
    expect(transport.sent.filter(({ node }) => node.id === "a").map(({ body }) => body)).toEqual(["a1", "a2"]);
    expect(clock.pending).toBe(0);
  });

  it("keeps two writes to one node and index in call order, one in flight", async () => {
    const { clock, transport, send } = setUp(async () => {
      await clock.sleep(50);
      return enqueued(1);
    });
    const works = [send([target(a, "1", "2")]), send([target(a, "3")]), send([target(a, "4")])];
    for (let step = 0; step < 4; step++) {
      await clock.advance(0);
      expect(transport.inFlight).toBe(1);
      await clock.advance(50);
    }
    await Promise.all(works);
    expect(transport.sent.map(({ body }) => body)).toEqual(["1", "2", "3", "4"]);
  });

  it("makes a node's requests only when its turn has come", async () => {
    const made: string[] = [];
    const { clock, send } = setUp(async () => {
      await clock.sleep(50);
      return enqueued(1);
    });
    const late: WriteTarget = {
      node: a,
      requests() {
        made.push(`at ${clock.now()}`);
        return target(a, "late").requests();
      },
    };
    const start = clock.now();
    const works = [send([target(a, "first")]), send([late])];
    await clock.advance(100);
    await Promise.all(works);
    expect(made).toEqual([`at ${start + 50}`]);
  });

  it("tells of each reply before the next write in the lane begins", async () => {
    const events: string[] = [];
    const { send } = setUp((request) => {
      events.push(`sent ${request.body}`);
      return enqueued(1);
    });
    const replied = () => events.push("replied");
    await Promise.all([send([target(a, "1")], { replied }), send([target(a, "2")], { replied })]);
    expect(events).toEqual(["sent 1", "replied", "sent 2", "replied"]);
  });

  it("does not ask a suspect at all", async () => {
    const { health, transport, send } = setUp(() => enqueued(1));
    health.distrust("a", "was down");
    const [reply] = await send([target(a, "1")]);
    expect(reply).toMatchObject({ verdict: "missed", taskUids: [], attempt: { reason: "was not asked: it was down" } });
    expect(transport.sent).toEqual([]);
  });

  it("sends nothing for a call that was given up before its turn", async () => {
    const { transport, send } = setUp(() => enqueued(1));
    const [reply] = await send([target(a, "1")], { cancel: AbortSignal.abort() });
    expect(reply?.verdict).toBe("missed");
    expect(transport.sent).toEqual([]);
  });

  it("does not let a write wait for its turn longer than its own time, and never sends it later", async () => {
    const { clock, transport, send } = setUp(() => "hang");
    const slow = send([target(a, "slow")], { timeoutMs: 10_000 });
    const hasty = send([target(a, "hasty")], { timeoutMs: 500 });
    await clock.advance(500);
    expect((await hasty)[0]).toMatchObject({ verdict: "missed" });
    await clock.advance(9500);
    expect((await slow)[0]).toMatchObject({ verdict: "unknown" });
    expect(transport.sent.map(({ body }) => body)).toEqual(["slow"]);
    expect(clock.pending).toBe(0);
  });

  it("suspects a node that was silent for a whole write, so that the next one loses no time on it", async () => {
    const { clock, transport, health, send } = setUp(() => "hang");
    const work = send([target(a, "1")]);
    await clock.advance(10_000);
    expect((await work)[0]?.verdict).toBe("unknown");
    expect(health.isSuspect("a")).toBe(true);
    expect((await send([target(a, "2")]))[0]?.verdict).toBe("missed");
    expect(transport.sent).toHaveLength(1);
  });

  it.each([
    ["unreachable", "missed"],
    ["identity", "missed"],
    ["reset", "unknown"],
    ["bad-answer", "unknown"],
  ] as const)("calls a write that failed as %s %s, and sends it once", async (kind, verdict) => {
    const { transport, send } = setUp(() => failure(kind));
    expect((await send([target(a, "1")]))[0]?.verdict).toBe(verdict);
    expect(transport.sent).toHaveLength(1);
  });

  it.each([500, 502, 503, 504])("calls a write answered by a proxy's %i unknown, and sends it once", async (status) => {
    const { transport, send } = setUp(() => answer(status, undefined, { "retry-after": "0" }));
    expect((await send([target(a, "1")]))[0]?.verdict).toBe("unknown");
    expect(transport.sent).toHaveLength(1);
  });

  it("calls an answer without a task unknown", async () => {
    const { send } = setUp(() => answer(200, { ok: true }));
    expect((await send([target(a, "1")]))[0]?.verdict).toBe("unknown");
  });

  it("hands on a refusal, with nothing done", async () => {
    const { send } = setUp(() => refusal(403, "invalid_api_key"));
    expect((await send([target(a, "1")]))[0]).toMatchObject({
      verdict: "refused",
      response: { status: 403 },
      taskUids: [],
    });
  });

  it("sends a second time, once, when the node said that it did nothing", async () => {
    const busy = answer(429, {}, { "retry-after": "1" });
    const twice = setUp(() => (twice.transport.sent.length === 1 ? busy : enqueued(5)));
    const work = twice.send([target(a, "1")]);
    await twice.clock.advance(999);
    expect(twice.transport.sent).toHaveLength(1);
    await twice.clock.advance(1);
    expect((await work)[0]).toMatchObject({ verdict: "acknowledged", taskUids: [5] });

    const always = setUp(() => busy);
    const missed = always.send([target(a, "1")]);
    await always.clock.advance(5000);
    expect((await missed)[0]?.verdict).toBe("missed");
    expect(always.transport.sent).toHaveLength(2);
  });

  it("does not send a second time once its lease has run out", async () => {
    const { clock, transport, send } = setUp(() => answer(429, {}, { "retry-after": "1" }));
    let isCovered = true;
    const work = send([target(a, "1")], { isCovered: () => isCovered });
    await clock.advance(500);
    isCovered = false;
    await clock.advance(5000);
    expect((await work)[0]?.verdict).toBe("missed");
    expect(transport.sent).toHaveLength(1);
  });

  it("does not wait for a pause that is longer than there is time for", async () => {
    const { transport, send } = setUp(() => answer(429, {}, { "retry-after": "3" }));
    expect((await send([target(a, "1")]))[0]?.verdict).toBe("missed");
    expect(transport.sent).toHaveLength(1);
  });

  it.each([
    ["lost", failure("reset")],
    ["missed", failure("unreachable")],
    ["refused", refusal(413, "payload_too_large")],
  ])("calls a write whose second part was %s unknown, since the first part is there", async (_name, second) => {
    const { transport, send } = setUp(({ body }) => (body === "2" ? second : enqueued(7)));
    expect((await send([target(a, "1", "2", "3")]))[0]).toMatchObject({ verdict: "unknown", taskUids: [7] });
    expect(transport.sent.map(({ body }) => body)).toEqual(["1", "2"]);
  });

  it("calls a node that may be sent nothing of the write missed, not acknowledged", async () => {
    const { transport, send } = setUp(() => enqueued(1));
    expect((await send([target(a)]))[0]).toMatchObject({ verdict: "missed", taskUids: [] });
    expect(transport.sent).toEqual([]);
  });

  it("sends to one node whatever becomes of the other", async () => {
    const { send } = setUp(({ node }) => (node.id === "a" ? failure("reset") : enqueued(1)));
    const replies = await send([target(a, "1"), target(b, "1")]);
    expect(replies.map(({ verdict }) => verdict)).toEqual(["unknown", "acknowledged"]);
  });
});
