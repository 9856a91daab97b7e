import assert from "node:assert/strict";
import type { StateStore } from "../../store/state-store.ts";
import { always, revisionOf, type StoreCase } from "./store-case.ts";

/** Compare-and-set, and commits of several keys. */
export const COMMIT_CASES: readonly StoreCase[] = [
  always("a write that expects nothing fails when there is something, and says what", async ({ open }) => {
    const store = await open();
    const revision = revisionOf(await store.put("key", "old", { expected: null }));
    assert.deepEqual(await store.put("key", "new", { expected: null }), {
      ok: false,
      reason: "changed",
      key: "key",
      current: { key: "key", value: "old", revision },
    });
  }),
  always("a write that expects a revision fails on any other, also on none", async ({ open }) => {
    const store = await open();
    const first = revisionOf(await store.put("key", 1));
    const second = revisionOf(await store.put("key", 2, { expected: first }));
    assert.equal((await store.put("key", 3, { expected: first })).ok, false);
    assert.equal((await store.delete("key", { expected: first })).ok, false);
    assert.ok((await store.delete("key", { expected: second })).ok);
    assert.deepEqual(await store.put("key", 4, { expected: second }), {
      ok: false,
      reason: "changed",
      key: "key",
      current: undefined,
    });
  }),
  always("a commit with one conflict changes nothing and no revision", async ({ open }) => {
    const store = await open();
    await store.put("taken", 1);
    const before = await store.list("");
    const { revision } = await store.status();
    const result = await store.commit([
      { key: "free", value: 1, expected: null },
      { key: "taken", value: null },
      { key: "missing", value: 2, expected: 1 },
    ]);
    assert.equal(result.ok || result.key, "missing");
    assert.deepEqual(await store.list(""), before);
    assert.equal((await store.status()).revision, revision);
  }),
  always("all keys of a commit carry its revision", async ({ open }) => {
    const store = await open();
    const keys = ["a", "b", "c"];
    const revision = revisionOf(await store.commit(keys.map((key) => ({ key, value: 0 }))));
    assert.deepEqual(
      (await store.list("")).map((entry) => entry.revision),
      keys.map(() => revision),
    );
  }),
  always("fifty increments at once by two handles lose none", async ({ open }) => {
    const handles = [await open(), await open()];
    await Promise.all(handles.flatMap((store) => Array.from({ length: 25 }, () => increment(store))));
    assert.equal((await handles[0]?.get("counter"))?.value, 50);
  }),
  always("a list shows all of a commit or nothing of it", async ({ open }) => {
    const [writer, reader] = [await open(), await open()];
    let isOver = false;
    const writing = writeTogether(writer, 40).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const values = new Set((await reader.list("pair/")).map(({ value }) => value));
      assert.ok(values.size <= 1, `Keys of two commits in one list: ${[...values].join(", ")}`);
    }
    await writing;
  }),
];

async function increment(store: StateStore): Promise<void> {
  for (;;) {
    const current = await store.get("counter");
    const value = Number(current?.value ?? 0) + 1;
    if ((await store.put("counter", value, { expected: current?.revision ?? null })).ok) return;
  }
}

async function writeTogether(store: StateStore, rounds: number): Promise<void> {
  const keys = Array.from({ length: 20 }, (_, index) => `pair/${index}`);
  for (let round = 0; round < rounds; round += 1) await store.commit(keys.map((key) => ({ key, value: round })));
}
