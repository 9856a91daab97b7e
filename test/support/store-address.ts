import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startRedis } from "./redis-server.ts";

/** Address of a store in a file that is gone after the test. */
export async function fileAddress(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-state-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return `file:${join(folder, "state.json")}`;
}

/** Address of a Redis server that ends with the test. */
export async function redisAddress(): Promise<string> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return `redis://127.0.0.1:${server.port}`;
}
