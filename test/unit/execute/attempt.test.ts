import { describe, expect, it } from "vitest";
import { attempt, describeAttempt } from "../../../src/execute/attempt.ts";
import { Deadline } from "../../../src/execute/deadline.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import {
  answer,
  failure,
  MemoryTransport,
  memoryNode,
  type Reaction,
  refusal,
} from "../../support/memory-transport.ts";

const request = { node: memoryNode("a"), method: "GET", path: "health" } as const;

function start(reaction: Reaction, timeoutMs = 1000) {
  const clock = new FakeClock();
  const transport = new MemoryTransport(() => reaction);
  const caller = new AbortController();
  const outcome = attempt(request, { transport, clock, signal: caller.signal, timeoutMs });
  return { clock, transport, caller, outcome };
}

describe("attempt", () => {
  it.each([200, 202, 400, 403, 404, 413])("calls status %i an answer", async (status) => {
    expect(await start(answer(status)).outcome).toMatchObject({ kind: "answered", response: { status } });
  });

  it("calls 429, and the server's own 503, an overload that changed nothing", async () => {
    expect(await start(answer(429)).outcome).toMatchObject({ kind: "overloaded", retryAfterMs: undefined });
    expect(await start(refusal(503, "too_many_search_requests")).outcome).toMatchObject({ kind: "overloaded" });
  });

  it("does not believe that a 503 without the server's error code changed nothing", async () => {
    for (const body of [undefined, null, { message: "Service Unavailable" }]) {
      expect(await start(answer(503, body)).outcome).toMatchObject({ kind: "broken" });
    }
  });

  it.each([500, 502, 504, 507])("calls status %i broken", async (status) => {
    expect((await start(answer(status)).outcome).kind).toBe("broken");
  });

  it.each(["unreachable", "identity"] as const)("calls a failure as %s unreachable: nothing was sent", async (kind) => {
    expect((await start(failure(kind)).outcome).kind).toBe("unreachable");
  });

  it.each(["reset", "bad-answer"] as const)("calls a failure as %s unknown, and blames no silence", async (kind) => {
    expect(await start(failure(kind)).outcome).toMatchObject({ kind: "unknown", silentMs: undefined });
  });

  it("calls anything else that is thrown unknown", async () => {
    const transport = new MemoryTransport(() => {
      throw new TypeError("boom");
    });
    const signal = new AbortController().signal;
    const outcome = await attempt(request, { transport, clock: new FakeClock(), signal, timeoutMs: 10 });
    expect(outcome).toMatchObject({ kind: "unknown", failure: { message: "TypeError: boom" } });
  });

  it("gives a silent node its time and no more, then calls the outcome unknown", async () => {
    const { clock, outcome, transport } = start("hang", 1000);
    await clock.advance(999);
    expect(transport.inFlight).toBe(1);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ kind: "unknown", silentMs: 1000 });
    expect(transport.inFlight).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("ends as aborted, blaming nobody, when the caller gives up", async () => {
    const { caller, clock, outcome } = start("hang");
    caller.abort(new Error("enough"));
    expect(await outcome).toMatchObject({ kind: "aborted", silentMs: undefined });
    expect(clock.pending).toBe(0);
  });

  it("ends as aborted, with the time given in vain, when the operation's deadline passes", async () => {
    const clock = new FakeClock();
    const deadline = Deadline.start(clock, 300);
    const transport = new MemoryTransport(() => "hang");
    const outcome = attempt(request, { transport, clock, signal: deadline.signal, timeoutMs: 300 });
    await clock.advance(300);
    expect(await outcome).toMatchObject({ kind: "aborted", silentMs: 300 });
    deadline.end();
    expect(clock.pending).toBe(0);
  });

  it("frees its timer after an answer", async () => {
    const { clock, outcome } = start(answer(200));
    await outcome;
    expect(clock.pending).toBe(0);
  });

  const inTwoSeconds = new Date(new FakeClock().now() + 2000).toUTCString();
  it.each([
    ["7", 7000],
    ["0", 0],
    ["1.5", 1500],
    ["-3", 0],
    [inTwoSeconds, 2000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", undefined],
    ["Infinity", undefined],
  ])("reads Retry-After: %s", async (value, expected) => {
    const outcome = await start(answer(429, {}, { "retry-after": value })).outcome;
    expect(outcome).toMatchObject({ kind: "overloaded", retryAfterMs: expected });
  });

  it("describes each outcome in one line with node, address and status", async () => {
    const lines = await Promise.all(
      [answer(404, { message: "gone" }), answer(502, undefined), failure("reset"), failure("unreachable")].map(
        async (reaction) => describeAttempt(request, await start(reaction).outcome),
      ),
    );
    const { id: node, url } = request.node;
    expect(lines).toEqual([
      { node, url, status: 404, reason: "answered 404: gone" },
      { node, url, status: 502, reason: "answered 502" },
      { node, url, reason: "failed as reset" },
      { node, url, reason: "failed as unreachable" },
    ]);
    const { clock, outcome } = start("hang", 5);
    await clock.advance(5);
    expect(describeAttempt(request, await outcome).reason).toBe("did not answer in time");
  });

  it("never shows the key in its description", async () => {
    const secret = { ...request, authorization: "Bearer verySecret" };
    const transport = new MemoryTransport(() => failure("reset"));
    const context = { transport, clock: new FakeClock(), signal: new AbortController().signal, timeoutMs: 10 };
    const outcome = await attempt(secret, context);
    expect(JSON.stringify([outcome, describeAttempt(secret, outcome)])).not.toContain("verySecret");
  });
});
