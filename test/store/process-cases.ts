import { expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import type { StateStore } from "../../src/store/state-store.ts";
import { startWorker } from "./child/start-worker.ts";

/** What several processes that work on one store can rely on, whichever kind of store it is. */
export function sharedByProcesses(startStore: () => Promise<string>): void {
  it("increments of two processes at once lose none", async () => {
    const address = await startStore();
    const workers = [startWorker("increment", address, "a", "100"), startWorker("increment", address, "b", "100")];
    await Promise.all(workers.map(({ ended }) => ended));
    const store = await openStore(address);
    expect((await store.get("counter"))?.value).toBe(200);
    expect(new Set(workers.flatMap(({ said }) => said)).size).toBe(200);
    await store.close();
  });

  it("a process that is killed again and again loses nothing acknowledged and leaves nothing half", async () => {
    const address = await startStore();
    const rounds = 5;
    const watcher = await openStore(address);
    const steady = startWorker("write", address, "steady");
    await steady.hasSaid(1);
    for (let round = 0; round < rounds; round += 1) {
      const worker = startWorker("write", address, `killed-${round}`);
      await worker.hasSaid(1 + Math.floor(Math.random() * 20));
      worker.child.kill("SIGKILL");
      await worker.ended;
      await expectKept(watcher, { name: `killed-${round}`, said: worker.said });
    }
    const before = steady.said.length;
    await steady.hasSaid(before + 5);
    steady.child.kill("SIGKILL");
    await steady.ended;
    await expectKept(watcher, { name: "steady", said: steady.said });
    await watcher.close();
  });

  it("a writer that sleeps at any point blocks nobody and overwrites nothing", async () => {
    const address = await startStore();
    const store = await openStore(address);
    const sleeper = startWorker("increment", address, "sleeper", "1000000");
    await sleeper.hasSaid(1);
    let own = 0;
    for (let round = 0; round < 5; round += 1) {
      sleeper.child.kill("SIGSTOP");
      for (let n = 0; n < 5; n += 1, own += 1) await increment(store);
      sleeper.child.kill("SIGCONT");
      await sleeper.hasSaid(sleeper.said.length + 1 + Math.floor(Math.random() * 5));
    }
    sleeper.child.kill("SIGKILL");
    await sleeper.ended;
    const counter = Number((await store.get("counter"))?.value);
    // Its last increment may have been made and not been said.
    expect([0, 1]).toContain(counter - own - sleeper.said.length);
    await store.close();
  });

  it("a holder that slept over the end of its lease wakes up fenced off", async () => {
    const address = await startStore();
    const store = await openStore(address);
    const sleeper = startWorker("lead", address, "sleeper", "3000");
    await sleeper.hasSaid(1);
    sleeper.child.kill("SIGSTOP");
    const taken = await takeOver(store);
    expect(taken.token).toBeGreaterThan(Number(sleeper.said[0]?.["token"]));
    expect((await store.put("led", "successor", { fence: taken })).ok).toBe(true);
    sleeper.child.kill("SIGCONT");
    await sleeper.ended;
    expect(sleeper.said.at(-1)).toEqual({ fenced: "fenced", renewed: false });
    expect((await store.get("led"))?.value).toBe("successor");
    await store.close();
  });
}

async function increment(store: StateStore): Promise<void> {
  for (;;) {
    const current = await store.get("counter");
    const value = Number(current?.value ?? 0) + 1;
    if ((await store.put("counter", value, { expected: current?.revision ?? null })).ok) return;
  }
}

interface Writings {
  readonly name: string;
  readonly said: readonly Record<string, unknown>[];
}

async function expectKept(store: StateStore, { name, said }: Writings): Promise<void> {
  const entries = await store.list(`${name}/`);
  const [left, right] = entries.map(({ value }) => Number(value));
  expect(left).toBe(right);
  expect(left).toBeGreaterThanOrEqual(said.length);
  const log = new Map((await store.read("log", { limit: 100_000 })).map(({ offset, entry }) => [offset, entry]));
  for (const { round, offset } of said) expect(log.get(Number(offset))).toBe(`${name}/${round}`);
}

async function takeOver(store: StateStore) {
  for (;;) {
    const lease = await store.lease("job", { holder: "successor", ttlMs: 600_000 });
    if (lease !== undefined) return lease;
  }
}
