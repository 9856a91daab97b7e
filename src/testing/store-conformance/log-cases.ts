import assert from "node:assert/strict";
import { always, type StoreCase } from "./store-case.ts";

/** Append-only logs. */
export const LOG_CASES: readonly StoreCase[] = [
  always("a log that was never written is empty", async ({ open }) => {
    const store = await open();
    assert.deepEqual(await store.read("log"), []);
    await store.trim("log", 10);
    assert.equal(await store.append("log", "first"), 1);
  }),
  always("a log keeps its order, apart from other logs and from keys", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    assert.equal(await one.append("log", { n: 1 }), 1);
    assert.equal(await other.append("log", { n: 2 }), 2);
    assert.equal(await one.append("other", []), 1);
    assert.deepEqual(await one.read("log"), [
      { offset: 1, entry: { n: 1 } },
      { offset: 2, entry: { n: 2 } },
    ]);
    assert.deepEqual(await one.list(""), []);
  }),
  always("a log is read in pages", async ({ open }) => {
    const store = await open();
    for (let n = 1; n <= 5; n += 1) await store.append("log", n);
    const page = await store.read("log", { after: 2, limit: 2 });
    assert.deepEqual(page, [
      { offset: 3, entry: 3 },
      { offset: 4, entry: 4 },
    ]);
    assert.deepEqual(await store.read("log", { after: 5 }), []);
  }),
  always("a trimmed log goes on with the next offset, also when nothing is left of it", async ({ open }) => {
    const store = await open();
    for (let n = 1; n <= 3; n += 1) await store.append("log", n);
    await store.trim("log", 2);
    await store.trim("log", 1);
    assert.deepEqual(await store.read("log"), [{ offset: 3, entry: 3 }]);
    await store.trim("log", 99);
    assert.deepEqual(await store.read("log"), []);
    assert.equal(await store.append("log", 4), 4);
  }),
  always("appends at once by two handles get offsets without gaps", async ({ open }) => {
    const handles = [await open(), await open()];
    const appends = handles.flatMap((store) => Array.from({ length: 20 }, (_, n) => store.append("log", n)));
    const offsets = (await Promise.all(appends)).sort((a, b) => a - b);
    assert.deepEqual(
      offsets,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  }),
];
