import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { StoreUnavailable } from "../../store/store-unavailable.ts";
import { having, present, revisionOf, type StoreCase } from "./store-case.ts";

/** Time a backend gets to be reachable again. */
const RECOVERY_MS = 15_000;

/** Restart, loss, roll-back and a broken network. */
export const FAULT_CASES: readonly StoreCase[] = [
  having(["restart"], "a backend that was stopped hard comes back with all that was acknowledged", async (backend) => {
    const store = await backend.open();
    const revision = revisionOf(await store.put("key", "kept"));
    await store.append("log", "kept");
    const lease = present(await store.lease("job", { holder: "me", ttlMs: 600_000 }));
    const before = await store.status();
    await backend.restart();
    const after = await onceReachable(() => store.status());
    assert.deepEqual({ ...after, time: 0 }, { ...before, time: 0 });
    assert.ok(after.time >= before.time);
    assert.deepEqual(await store.get("key"), { key: "key", value: "kept", revision });
    assert.deepEqual(await store.read("log"), [{ offset: 1, entry: "kept" }]);
    assert.equal(await store.lease("job", { holder: "you", ttlMs: 1_000 }), undefined);
    assert.ok(await store.renew(lease));
  }),
  having(["restart"], "a watch outlives a restart of the backend", async (backend) => {
    const store = await backend.open();
    let hints = 0;
    store.watch("", () => {
      hints += 1;
    });
    await backend.restart();
    await onceReachable(() => store.put("key", 1));
    const end = Date.now() + RECOVERY_MS;
    while (hints === 0 && Date.now() < end) await pause(20);
    assert.ok(hints > 0);
  }),
  having(["backup", "restore", "moveClock"], "a roll-back shows: same incarnation, lower revision", async (backend) => {
    const store = await backend.open();
    await store.put("key", "old");
    await backend.backup();
    const kept = await store.status();
    await store.put("key", "new");
    const lost = present(await store.lease("job", { holder: "me", ttlMs: 600_000 }));
    await backend.restore();
    await backend.moveClock(1_000);
    const status = await onceReachable(() => store.status());
    assert.equal(status.incarnation, kept.incarnation);
    assert.equal(status.revision, kept.revision);
    assert.equal((await store.get("key"))?.value, "old");
    const next = present(await store.lease("job", { holder: "you", ttlMs: 600_000 }));
    assert.ok(next.token > lost.token, "a token was given twice");
  }),
  having(["cutNetwork", "healNetwork"], "a cut network is an error, not an empty store, and heals", async (backend) => {
    const store = await backend.open();
    await store.put("key", 1);
    await backend.cutNetwork();
    await assert.rejects(store.get("key"), StoreUnavailable);
    await assert.rejects(store.list(""), StoreUnavailable);
    await assert.rejects(store.put("key", 2), StoreUnavailable);
    await backend.healNetwork();
    assert.equal((await onceReachable(() => store.get("key")))?.value, 1);
    assert.ok((await store.put("key", 2)).ok);
  }),
  having(["muteNetwork", "healNetwork"], "an answer that is lost leaves the outcome unknown", async (backend) => {
    const [store, other] = [await backend.open(), await backend.open()];
    await store.put("key", 1);
    await backend.muteNetwork();
    const lost = await store.put("key", 2).then(
      () => assert.fail("answered over a mute network"),
      (error: unknown) => error,
    );
    assert.ok(lost instanceof StoreUnavailable);
    assert.equal(lost.outcome, "unknown");
    const unread = await other.get("key").catch((error: unknown) => error);
    assert.ok(unread instanceof StoreUnavailable);
    assert.equal(unread.outcome, "none");
    await backend.healNetwork();
    const found = await onceReachable(() => other.get("key"));
    assert.equal(found?.value, 2);
    assert.ok((await onceReachable(() => store.put("key", 3))).ok);
  }),
];

/** The outcome of a call once the store can be reached. */
async function onceReachable<T>(call: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + RECOVERY_MS; ; await pause(50)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || Date.now() > end) throw error;
    }
  }
}
