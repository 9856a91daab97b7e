import assert from "node:assert/strict";
import { always, having, present, type StoreCase } from "./store-case.ts";

const TTL_MS = 60_000;
const MINE = { holder: "me", ttlMs: TTL_MS };
const YOURS = { holder: "you", ttlMs: TTL_MS };

/** Leases, their tokens and the fence of commits. */
export const LEASE_CASES: readonly StoreCase[] = [
  always("a lease has one holder, and another name another", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const lease = present(await one.lease("job", MINE));
    assert.deepEqual({ name: lease.name, holder: lease.holder, ttlMs: lease.ttlMs }, { name: "job", ...MINE });
    assert.equal(await other.lease("job", YOURS), undefined);
    assert.ok(await other.lease("other job", YOURS));
  }),
  always("of twenty that ask at once one gets the lease", async ({ open }) => {
    const handles = [await open(), await open()];
    const asked = Array.from({ length: 20 }, (_, index) =>
      handles[index % 2]?.lease("job", { holder: `holder ${index}`, ttlMs: TTL_MS }),
    );
    assert.equal((await Promise.all(asked)).filter((lease) => lease !== undefined).length, 1);
  }),
  always("a lease that was given back is free at once, and its next token is greater", async ({ open }) => {
    const store = await open();
    const first = present(await store.lease("job", MINE));
    await store.release(first);
    const second = present(await store.lease("job", YOURS));
    assert.ok(second.token > first.token);
    await store.release(first);
    assert.equal(await store.lease("job", MINE), undefined, "a former holder has given another's lease back");
  }),
  always("a holder that asks again gets a new token, and the old one is void", async ({ open }) => {
    const store = await open();
    const first = present(await store.lease("job", MINE));
    const second = present(await store.lease("job", MINE));
    assert.ok(second.token > first.token);
    assert.equal(await store.renew(first), undefined);
    assert.equal((await store.commit([], { fence: first })).ok, false);
    assert.ok(await store.renew(second));
  }),
  always("tokens are never below the store's time, so that they grow over a loss of its data", async ({ open }) => {
    const store = await open();
    const { time } = await store.status();
    assert.ok(present(await store.lease("job", MINE)).token >= time);
  }),
  always("a commit under another's token is fenced off", async ({ open }) => {
    const store = await open();
    const lease = present(await store.lease("job", MINE));
    const forged = { ...lease, token: lease.token + 1 };
    const refused = { ok: false, reason: "fenced", key: "job", current: undefined };
    assert.deepEqual(await store.put("key", 1, { fence: forged }), refused);
    assert.equal(await store.get("key"), undefined);
    assert.ok((await store.put("key", 1, { fence: lease })).ok);
    await store.release(lease);
    assert.deepEqual(await store.put("key", 2, { fence: lease }), refused);
  }),
  having(["moveClock"], "a lease ends with its time: not renewed, fenced off, free for others", async (backend) => {
    const store = await backend.open();
    const lease = present(await store.lease("job", MINE));
    await backend.moveClock(TTL_MS + 1_000);
    assert.equal((await store.commit([], { fence: lease })).ok, false);
    assert.equal(await store.renew(lease), undefined);
    const taken = present(await store.lease("job", YOURS));
    assert.ok(taken.token > lease.token);
    assert.equal((await store.commit([], { fence: lease })).ok, false);
    assert.ok((await store.commit([], { fence: taken })).ok);
  }),
  having(["moveClock"], "a renewed lease lasts its time from then on, with the same token", async (backend) => {
    const store = await backend.open();
    const lease = present(await store.lease("job", MINE));
    await backend.moveClock(TTL_MS / 2);
    const renewed = present(await store.renew(lease));
    assert.equal(renewed.token, lease.token);
    assert.ok(renewed.expiresAt > lease.expiresAt);
    await backend.moveClock(TTL_MS / 2 + 1_000);
    assert.equal(await store.lease("job", YOURS), undefined);
    assert.ok((await store.commit([], { fence: lease })).ok);
  }),
  having(["moveClock"], "a clock that jumps back shows no earlier time and delays no lease's end", async (backend) => {
    const store = await backend.open();
    const lease = present(await store.lease("job", MINE));
    const { time } = await store.status();
    await backend.moveClock(-3_600_000);
    assert.ok((await store.status()).time >= time);
    assert.equal(await store.lease("job", YOURS), undefined);
    await backend.moveClock(TTL_MS + 1_000);
    const taken = present(await store.lease("job", YOURS));
    assert.ok(taken.token > lease.token);
    assert.ok((await store.status()).time >= lease.expiresAt);
  }),
];
