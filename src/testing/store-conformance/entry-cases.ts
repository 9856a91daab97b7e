import assert from "node:assert/strict";
import { always, having, revisionOf, type StoreCase } from "./store-case.ts";

const MEGABYTE = 1024 * 1024;

/** Keys that a backend may mix up: by case, by form, by order, by its own syntax. */
const ODD_KEYS = [
  "a",
  "A",
  "a/b",
  "a b",
  "a%20b",
  "a\u0000b",
  "__proto__",
  "constructor",
  "?",
  "*",
  "..",
  "{a}",
  "\u00e9",
  "e\u0301",
  "\u{1f600}",
  "\uff5e",
  "\n",
  '"\\',
];

/** Single keys, values and lists. */
export const ENTRY_CASES: readonly StoreCase[] = [
  always("a key that was never written has no entry", async ({ open }) => {
    const store = await open();
    assert.equal(await store.get("nothing"), undefined);
    assert.deepEqual(await store.list(""), []);
  }),
  always("what one handle writes, another reads, with the revision of its commit", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const value = { text: "x", list: [1, null, { deep: true }], none: {}, empty: [] };
    const revision = revisionOf(await one.put("key", value));
    assert.deepEqual(await other.get("key"), { key: "key", value, revision });
  }),
  always("every commit raises the revision of the store by one", async ({ open }) => {
    const store = await open();
    const before = (await store.status()).revision;
    assert.equal(revisionOf(await store.put("a", 1)), before + 1);
    assert.equal(revisionOf(await store.delete("a")), before + 2);
    assert.equal(revisionOf(await store.commit([])), before + 3);
    assert.equal((await store.status()).revision, before + 3);
  }),
  always("a value that was handed in or out can be changed without changing the store", async ({ open }) => {
    const store = await open();
    const value = { list: [1] };
    await store.put("key", value);
    value.list.push(2);
    const read = (await store.get("key"))?.value as { list: number[] };
    read.list.push(3);
    assert.deepEqual((await store.get("key"))?.value, { list: [1] });
  }),
  always("numbers, texts and halves of characters in values come back as they were", async ({ open }) => {
    const store = await open();
    const value = [0.1, -1e-7, 9007199254740991, 1e300, "\ud83d", "\u2028", "\u0000", ""];
    await store.put("key", value);
    assert.deepEqual((await store.get("key"))?.value, value);
  }),
  always("odd keys stay apart and are listed in code-unit order", async ({ open }) => {
    const store = await open();
    for (const key of ODD_KEYS) await store.put(key, `value of ${key}`);
    for (const key of ODD_KEYS) assert.equal((await store.get(key))?.value, `value of ${key}`);
    const listed = (await store.list("")).map(({ key }) => key);
    assert.deepEqual(listed, [...ODD_KEYS].sort());
  }),
  always("a list holds the keys below its prefix and no other", async ({ open }) => {
    const store = await open();
    await store.commit(["a", "a/", "a/1", "a/2", "a0", "b"].map((key) => ({ key, value: key })));
    assert.deepEqual(
      (await store.list("a/")).map(({ value }) => value),
      ["a/", "a/1", "a/2"],
    );
  }),
  always("a value of a megabyte is kept whole", async ({ open }) => {
    const [one, other] = [await open(), await open()];
    const value = "\u{1f600}x".repeat(MEGABYTE / 5);
    await one.put("big", value);
    assert.equal((await other.get("big"))?.value, value);
  }),
  always("ten thousand keys are listed at once", async ({ open }) => {
    const store = await open();
    const keys = Array.from({ length: 10_000 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
    await store.commit(keys.map((key, index) => ({ key, value: index })));
    const listed = await store.list("many/");
    assert.deepEqual(
      listed.map(({ key }) => key),
      keys,
    );
    assert.equal(listed.at(-1)?.value, 9999);
  }),
  always("names that no store takes are refused before anything is written", async ({ open }) => {
    const store = await open();
    const before = (await store.status()).revision;
    for (const key of ["", "\ud83d", "x".repeat(513)]) await assert.rejects(store.put(key, 1), RangeError);
    const twice = [
      { key: "a", value: 1 },
      { key: "a", value: 2 },
    ];
    await assert.rejects(store.commit(twice), RangeError);
    await assert.rejects(store.put("a", 1, { ttlMs: 0 }), RangeError);
    assert.equal((await store.status()).revision, before);
  }),
  having(["moveClock"], "an entry whose time is over is gone, and its key is free", async ({ open, moveClock }) => {
    const store = await open();
    await store.put("short", 1, { ttlMs: 60_000 });
    await store.put("long", 2, { ttlMs: 600_000 });
    await moveClock(59_000);
    assert.equal((await store.get("short"))?.value, 1);
    await moveClock(2_000);
    assert.equal(await store.get("short"), undefined);
    assert.deepEqual(
      (await store.list("")).map(({ key }) => key),
      ["long"],
    );
    assert.ok((await store.put("short", 3, { expected: null })).ok);
  }),
  having(["moveClock"], "a write without a time to live keeps the key for ever", async ({ open, moveClock }) => {
    const store = await open();
    await store.put("key", 1, { ttlMs: 1_000 });
    await store.put("key", 2);
    await moveClock(10_000);
    assert.equal((await store.get("key"))?.value, 2);
  }),
];
