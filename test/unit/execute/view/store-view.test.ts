import { describe, expect, it, onTestFinished } from "vitest";
import type { Topology } from "../../../../src/cluster/topology.ts";
import type { JsonValue } from "../../../../src/core/types.ts";
import { putIntoStore } from "../../../../src/execute/topology-in-store.ts";
import { passBarrier, type Reach } from "../../../../src/execute/view/epoch-barrier.ts";
import { readProcesses } from "../../../../src/execute/view/process-record.ts";
import { RECOVERED } from "../../../../src/execute/view/rolled-back.ts";
import { StoreView } from "../../../../src/execute/view/store-view.ts";
import { memoryStore } from "../../../../src/store/local/memory-store.ts";
import type { StateStore } from "../../../../src/store/state-store.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { memoryNode } from "../../../support/memory-transport.ts";

const LANDING_MS = 4_000;
const MAX_VIEW_AGE_MS = 60_000;

const topologyAt = (epoch: number): Topology => ({
  ...{ version: 1, clusterId: "c", epoch, shards: 16, replicationFactor: 1, nodes: [memoryNode("a", "g")] },
  groups: [{ name: "g", table: Array.from({ length: 16 }, () => ["a"]) }],
});

/** Processes of one cluster over one store, which can be cut off one by one. */
async function setUp() {
  const clock = new FakeClock();
  const memory = memoryStore({ clock });
  const store = memory.open();
  await putIntoStore(store, topologyAt(1), []);
  const join = async (processId: string) => {
    const link = new Link(memory.open());
    const timing = { landingMs: LANDING_MS, maxViewAgeMs: MAX_VIEW_AGE_MS };
    const view = new StoreView({ ...{ clock, processId, ...timing }, store: link.store, topology: topologyAt(1) });
    await view.open();
    onTestFinished(() => view.close());
    return { view, link };
  };
  const publish = async (epoch: number) => {
    await store.put("topology", topologyAt(epoch) as unknown as JsonValue);
    await clock.advance(1);
  };
  const barrier = (epoch: number, reach: Reach, timeoutMs = Number.POSITIVE_INFINITY) => {
    const passed = { at: undefined as number | undefined, result: undefined as boolean | undefined };
    const { signal } = new AbortController();
    void passBarrier({ store, clock, epoch, reach, timeoutMs, signal }).then((result) => {
      passed.at = clock.monotonic();
      passed.result = result;
    });
    return passed;
  };
  return { clock, memory, store, join, publish, barrier };
}

/** A way to a store that can be cut. */
class Link {
  readonly store: StateStore;
  isCut = false;

  constructor(store: StateStore) {
    this.store = new Proxy(store, {
      get: (target, name: keyof StateStore) => {
        const value = target[name];
        if (typeof value !== "function" || name === "watch" || name === "close") return value;
        return async (...given: never[]) => {
          if (this.isCut) throw new Error("cut off");
          return (value as (...all: never[]) => unknown).apply(target, given);
        };
      },
    });
  }
}

describe("StoreView", () => {
  it("acknowledges a new epoch at once when nothing runs, and keeps its lease while it is used", async () => {
    const { clock, store, join, publish } = await setUp();
    const { view } = await join("p");
    await publish(2);
    expect(view.live.topology.epoch).toBe(2);
    expect((await readProcesses(store)).leases.get("p")?.epoch).toBe(2);
    for (let second = 0; second < 60; second += 5) {
      await clock.advance(5_000);
      expect(view.ready()).toBeUndefined();
      expect(view.staleMs).toBe(0);
    }
  });

  it("acknowledges nothing while an operation runs under an older epoch, and new ones run under the new", async () => {
    const { clock, store, join, publish } = await setUp();
    const { view } = await join("p");
    const old = view.begin();
    await publish(2);
    const fresh = view.begin();
    expect([old, fresh].map(({ snapshot }) => snapshot.topology.epoch)).toEqual([1, 2]);
    await clock.advance(8_000);
    expect((await readProcesses(store)).leases.get("p")?.epoch).toBe(1);
    old.end();
    await clock.advance(1);
    expect((await readProcesses(store)).leases.get("p")?.epoch).toBe(2);
    fresh.end();
  });

  it("watches the store only while it is used, and not when it gets no first lease", async () => {
    const { clock, memory, join, publish } = await setUp();
    const { view } = await join("p");
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(35_000);
    expect(clock.pending).toBe(0);
    await view.ready();
    await publish(2);
    expect(view.live.topology.epoch).toBe(2);
    await clock.advance(35_000);
    const link = new Link(memory.open());
    link.isCut = true;
    const timing = { landingMs: LANDING_MS, maxViewAgeMs: MAX_VIEW_AGE_MS };
    const refused = new StoreView({
      ...{ clock, ...timing },
      processId: "q",
      store: link.store,
      topology: topologyAt(1),
    });
    await expect(refused.open()).rejects.toThrow("cut off");
    await clock.advance(1);
    expect(clock.pending).toBe(0);
  });

  it("gives the lease back when it is not used for a while, and takes another with the next call", async () => {
    const { clock, store, join, publish } = await setUp();
    const { view } = await join("p");
    await clock.advance(40_000);
    expect((await readProcesses(store)).leases.size).toBe(0);
    await publish(2);
    await view.ready();
    const operation = view.begin();
    expect([operation.snapshot.topology.epoch, operation.isCovered]).toEqual([2, true]);
    operation.end();
  });

  it("covers no operation that began under a lease that lapsed, even when there is another", async () => {
    const { clock, join } = await setUp();
    const { view, link } = await join("p");
    const operation = view.begin();
    link.isCut = true;
    await clock.advance(11_000);
    expect(operation.isCovered).toBe(false);
    expect(() => operation.requireCover()).toThrow(/no lease on the topology/);
    link.isCut = false;
    await clock.advance(2_000);
    const next = view.begin();
    expect([operation.isCovered, next.isCovered]).toEqual([false, true]);
    operation.end();
    next.end();
  });

  it("lets no call that is refused for want of a lease, and repeated at once, keep the process from the store", async () => {
    const { clock, join } = await setUp();
    const { view, link } = await join("p");
    link.isCut = true;
    await clock.advance(5_000);
    expect(view.ready()).toBeUndefined();
    await clock.advance(7_000);
    let isReady = false;
    void view.ready()?.then(() => {
      isReady = true;
    });
    await clock.advance(0);
    expect(isReady).toBe(false);
    await clock.advance(10);
    expect(isReady).toBe(true);
  });

  it("says how long nobody has known whether the topology is in force", async () => {
    const { clock, join } = await setUp();
    const { view, link } = await join("p");
    link.isCut = true;
    await clock.advance(9_000);
    expect(view.staleMs).toBe(0);
    await clock.advance(21_000);
    expect(view.staleMs).toBeGreaterThanOrEqual(27_000);
    link.isCut = false;
    await clock.advance(1_000);
    await view.ready();
    expect(view.staleMs).toBe(0);
  });

  it("refuses a store that went back to an earlier state, until a recovery puts an epoch above all it knew", async () => {
    const { clock, memory, store, join, publish } = await setUp();
    const { view } = await join("p");
    const backup = memory.backup();
    await publish(2);
    await clock.advance(10_000);
    memory.restore(backup);
    await clock.advance(5_000);
    const refused = view.begin();
    expect(() => refused.requireCover()).toThrow(/went back to an earlier state/);
    refused.end();
    await publish(999);
    await clock.advance(5_000);
    expect(view.begin().isCovered).toBe(false); // a driver that knows of nothing
    await publish(1_000);
    await store.commit([RECOVERED]);
    await clock.advance(5_000);
    await view.ready();
    const operation = view.begin();
    expect([operation.isCovered, operation.snapshot.topology.epoch]).toEqual([true, 1_000]);
    operation.end();
  });

  it("refuses a store that another process found to have gone back, also one that was not there before", async () => {
    const { clock, memory, store, join } = await setUp();
    const [knowing, unknowing] = [await join("p"), await join("q")];
    const backup = memory.backup();
    const written = await store.put("record/debt", {});
    if (written.ok) knowing.view.commits.saw(written.revision);
    memory.restore(backup);
    await clock.advance(10_000);
    const refused = unknowing.view.begin();
    expect(() => refused.requireCover()).toThrow(/as another process found/);
    refused.end();
    await expect(join("r")).rejects.toMatchObject({ code: "miroir_store_rolled_back" });
  });

  it("refuses a store that lost what it showed this process, though the topology is the same", async () => {
    const { clock, memory, store, join } = await setUp();
    const { view } = await join("p");
    const backup = memory.backup();
    const written = await store.put("record/debt", {});
    if (written.ok) view.commits.saw(written.revision);
    memory.restore(backup);
    await clock.advance(5_000);
    const refused = view.begin();
    expect(() => refused.requireCover()).toThrow(/went back to an earlier state/);
    refused.end();
  });

  it("refuses a store that gives its own commit a number it saw before, however many commits follow", async () => {
    const { memory, store, join } = await setUp();
    const { view } = await join("p");
    const backup = memory.backup();
    const lost = await store.put("record/debt", {});
    if (lost.ok) view.commits.saw(lost.revision);
    memory.restore(backup);
    const before = view.commits.mark();
    const own = await store.put("record/other", {});
    await store.put("record/more", {});
    if (own.ok) view.commits.made(own.revision, before);
    const refused = view.begin();
    expect(() => refused.requireCover()).toThrow(/went back to an earlier state/);
    refused.end();
  });
});

describe("a barrier", () => {
  it("waits for the operations under older epochs of every process", async () => {
    const { clock, join, publish, barrier } = await setUp();
    const [p, q] = [await join("p"), await join("q")];
    const operations = [p.view.begin(), q.view.begin()];
    await publish(2);
    const passed = barrier(2, "writers");
    await clock.advance(7_000);
    operations[0]?.end();
    await clock.advance(200);
    expect(passed.result).toBeUndefined();
    operations[1]?.end();
    await clock.advance(200);
    expect(passed.result).toBe(true);
  });

  it("does not wait for operations that are parked", async () => {
    const { clock, join, publish, barrier } = await setUp();
    const { view } = await join("p");
    const operation = view.begin();
    operation.park();
    await publish(2);
    const passed = barrier(2, "readers");
    await clock.advance(200);
    expect(passed.result).toBe(true);
    operation.enter();
    expect(operation.snapshot.topology.epoch).toBe(2);
    operation.end();
  });

  it("waits for a process that was cut off until its lease has ended and its requests have landed", async () => {
    const { clock, join, publish, barrier } = await setUp();
    const { view, link } = await join("p");
    const operation = view.begin();
    link.isCut = true;
    await publish(2);
    const startedAt = clock.monotonic();
    const passed = barrier(2, "writers");
    await clock.advance(30_000);
    operation.end();
    const waitedMs = (passed.at ?? 0) - startedAt;
    expect(waitedMs).toBeGreaterThanOrEqual(9_000 + LANDING_MS);
    expect(waitedMs).toBeLessThan(10_500 + LANDING_MS);
  });

  it("waits with readers for as long as a process may show what it knew", async () => {
    const { clock, join, publish, barrier } = await setUp();
    const { view, link } = await join("p");
    link.isCut = true;
    await publish(2);
    const startedAt = clock.monotonic();
    const passed = barrier(2, "readers");
    await clock.advance(100_000);
    const waitedMs = (passed.at ?? 0) - startedAt;
    expect(waitedMs).toBeGreaterThanOrEqual(MAX_VIEW_AGE_MS - 3_000);
    expect(view.staleMs).toBeGreaterThan(waitedMs);
  });

  it("gives up when its time is over", async () => {
    const { clock, join, publish, barrier } = await setUp();
    const { view } = await join("p");
    const operation = view.begin();
    await publish(2);
    const passed = barrier(2, "writers", 5_000);
    await clock.advance(5_100);
    expect(passed.result).toBe(false);
    operation.end();
  });
});
