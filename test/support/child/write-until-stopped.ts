/** Writes one version after the other of each document, and says what became of each: started by frozen-writer.test.ts. */
import process from "node:process";
import { MeilisearchApiError } from "meilisearch";
import { MiroirClient } from "../../../src/index.ts";
import { MASTER_KEY } from "../cluster-config.ts";

/** What became of one write. */
export interface ToldWrite {
  readonly id: number;
  readonly version: number;
  /** Wall clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of the error; absent when the write was acknowledged. */
  readonly code?: string;
}

const [topology = "", uid = ""] = process.argv.slice(2);
// A job that purges waits until nobody can show what was there before.
const times = { attemptTimeoutMs: 800, writeTimeoutMs: 1000, maxViewAgeMs: 10_000 };
const client = new MiroirClient({ topology, apiKey: MASTER_KEY, ...times });

async function write(id: number, version: number): Promise<ToldWrite> {
  const startedAt = Date.now();
  const told = { id, version, startedAt };
  try {
    await client.index(uid).addDocuments([{ id, version }]);
    return { ...told, endedAt: Date.now() };
  } catch (error) {
    if (!(error instanceof MeilisearchApiError)) throw error;
    return { ...told, endedAt: Date.now(), code: error.cause?.code ?? "unknown" };
  }
}

let isStopped = false;
process.once("SIGTERM", () => {
  isStopped = true;
});

async function writeOn(id: number): Promise<void> {
  for (let version = 1; !isStopped; version++) process.stdout.write(`${JSON.stringify(await write(id, version))}\n`);
}

await Promise.all(Array.from({ length: 8 }, (_, id) => writeOn(id)));
await client.close();
