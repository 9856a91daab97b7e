import assert from "node:assert/strict";
import { always, type StoreCase } from "./store-case.ts";

/** Hints and life-time. */
export const WATCH_CASES: readonly StoreCase[] = [
  always("a watch is told of another handle's commits", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    for (let round = 0; round < 3; round += 1) {
      const told = new Promise<void>((resolve) => {
        const watch = one.watch("watched/", () => {
          watch.close();
          resolve();
        });
      });
      await other.put(`watched/${round}`, round);
      await told;
    }
  }),
  always("a watch stays until each of its prefix is closed", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    one.watch("a", () => assert.fail("told after its end")).close();
    const told = new Promise<void>((resolve) => {
      one.watch("a", resolve);
    });
    await other.put("a", 1);
    await told;
  }),
  always("a call whose signal has fired does nothing and rejects with its reason", async ({ open }) => {
    const store = await open();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(store.put("key", 1, { signal }), reason);
    await assert.rejects(store.get("key", { signal }), reason);
    assert.equal(await store.get("key"), undefined);
  }),
  always("a closed store refuses all calls, and can be closed again", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    await one.put("key", 1);
    await one.close();
    await one.close();
    await assert.rejects(one.get("key"), { code: "miroir_closed" });
    assert.equal((await other.get("key"))?.value, 1);
  }),
  always("the incarnation is one for all handles, and the clock moves", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const [first, second] = [await one.status(), await other.status()];
    assert.equal(first.incarnation, second.incarnation);
    assert.ok(first.incarnation.length > 0);
    assert.ok(Number.isSafeInteger(first.time) && first.time > 0);
  }),
];
