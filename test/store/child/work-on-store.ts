/**
 * A process that works on a store until it is killed, or has done what it was told: started by processes.test.ts.
 * Prints a line of JSON for each thing that the store has acknowledged.
 */
import process from "node:process";
import { openStore } from "../../../src/store/open-store.ts";
import type { StateStore } from "../../../src/store/state-store.ts";
import { StoreUnavailable } from "../../../src/store/store-unavailable.ts";

const [job = "", address = "", name = "", count = "0"] = process.argv.slice(2);

const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function increment(store: StateStore): Promise<number> {
  for (;;) {
    const current = await store.get("counter");
    const value = Number(current?.value ?? 0) + 1;
    if ((await store.put("counter", value, { expected: current?.revision ?? null })).ok) return value;
  }
}

/** Each round writes two keys together and a log entry, then says so. */
async function write(store: StateStore): Promise<void> {
  for (let round = 1; ; round += 1) {
    await store.commit([
      { key: `${name}/left`, value: round },
      { key: `${name}/right`, value: round },
    ]);
    const offset = await store.append("log", `${name}/${round}`);
    say({ round, offset });
  }
}

/** Keeps a lease and writes under it as long as it can; ends when it is fenced off. */
async function lead(store: StateStore): Promise<void> {
  const lease = await store.lease("job", { holder: name, ttlMs: Number(count) });
  if (lease === undefined) throw new Error("another process has the lease");
  say({ token: lease.token });
  for (let round = 1; ; round += 1) {
    const result = await store.put("led", `${name}/${round}`, { fence: lease });
    if (!result.ok) return void say({ fenced: result.reason, renewed: (await store.renew(lease)) !== undefined });
    await store.renew(lease);
  }
}

const store = await openStore(address);
try {
  if (job === "increment") for (let n = 0; n < Number(count); n += 1) say(await increment(store));
  if (job === "write") await write(store);
  if (job === "lead") await lead(store);
} catch (error) {
  say({ failed: String(error), outcome: error instanceof StoreUnavailable ? error.outcome : null });
}
await store.close();
