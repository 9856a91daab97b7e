import { describe, expect, it } from "vitest";
import type { ClusterRequest, ClusterResponse } from "../../../src/core/types.ts";
import { SharedSearches } from "../../../src/routes/search/shared-searches.ts";

/** Searches that are answered when the test says so. */
function searches() {
  const begun: { readonly signal: AbortSignal | undefined; answer(hits: string[]): void }[] = [];
  const search = (request: ClusterRequest) =>
    new Promise<ClusterResponse>((resolve, reject) => {
      const { signal } = request;
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      begun.push({ signal, answer: (hits) => resolve({ status: 200, body: { hits } }) });
    });
  return { begun, search };
}

function by(signal?: AbortSignal): ClusterRequest {
  return { method: "POST", path: "indexes/movies/search", params: {}, headers: {}, ...(signal && { signal }) };
}

const settled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);

describe("SharedSearches", () => {
  it("make a search once for those who ask before it ends, and anew for those who ask later", async () => {
    const { begun, search } = searches();
    const shared = new SharedSearches();
    const answers = ["a", "a", "b"].map((key) => shared.answer(key, by(), search));
    expect(begun).toHaveLength(2);
    for (const { answer } of begun) answer(["x"]);
    const bodies = (await Promise.all(answers)).map(({ body }) => body);
    expect(bodies).toEqual([{ hits: ["x"] }, { hits: ["x"] }, { hits: ["x"] }]);
    expect(new Set(bodies).size).toBe(3);
    void shared.answer("a", by(), search);
    expect(begun).toHaveLength(3);
  });

  it("give the first caller an answer that it may change before the others have theirs", async () => {
    const { begun, search } = searches();
    const shared = new SharedSearches();
    const changed = shared.answer("a", by(), search).then(({ body }) => (body as { hits: string[] }).hits.pop());
    const other = shared.answer("a", by(new AbortController().signal), search);
    begun[0]?.answer(["x"]);
    expect(await changed).toBe("x");
    expect((await other).body).toEqual({ hits: ["x"] });
  });

  it("make each search without a key by itself, under its caller's own signal", async () => {
    const { begun, search } = searches();
    const shared = new SharedSearches();
    const { signal } = new AbortController();
    for (let call = 0; call < 2; call++) void shared.answer(undefined, by(signal), search);
    expect(begun.map((each) => each.signal)).toEqual([signal, signal]);
  });

  it("make those beyond the limit by themselves", () => {
    const { begun, search } = searches();
    const shared = new SharedSearches(2);
    for (const key of ["a", "b", "c", "c", "a"]) void shared.answer(key, by(), search);
    expect(begun).toHaveLength(4);
  });

  it("keep the first caller's call open until the search ends, though it has given up", async () => {
    const { begun, search } = searches();
    const shared = new SharedSearches();
    const controller = new AbortController();
    const first = shared.answer("a", by(controller.signal), search).catch((error: unknown) => error);
    const other = shared.answer("a", by(), search);
    const reason = new Error("typed on");
    controller.abort(reason);
    expect(await settled(first)).toBe(false);
    begun[0]?.answer(["x"]);
    expect(await first).toBe(reason);
    expect((await other).body).toEqual({ hits: ["x"] });
  });

  it("abort a search that nobody wants any more, and let nobody join it then", async () => {
    const { begun, search } = searches();
    const shared = new SharedSearches();
    const controllers = [new AbortController(), new AbortController()];
    const ended = controllers.map(({ signal }) =>
      expect(shared.answer("a", by(signal), search)).rejects.toThrow("typed on"),
    );
    controllers[0]?.abort(new Error("typed on"));
    expect(begun[0]?.signal?.aborted).toBe(false);
    controllers[1]?.abort(new Error("typed on"));
    expect(begun[0]?.signal?.aborted).toBe(true);
    void shared.answer("a", by(), search);
    expect(begun).toHaveLength(2);
    await Promise.all(ended);
  });

  it("turn away whoever gave up before", async () => {
    const { begun, search } = searches();
    const given = by(AbortSignal.abort(new Error("typed on")));
    await expect(new SharedSearches().answer("a", given, search)).rejects.toThrow("typed on");
    expect(begun).toEqual([]);
  });
});
