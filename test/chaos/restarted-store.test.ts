import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { type JobRecord, resumeJob, startJob, type Wish } from "../../src/jobs/index.ts";
import { startLoad } from "../support/chaos-load.ts";
import { eventually } from "../support/eventually.ts";
import type { SharedCluster } from "../support/job-cluster.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";

const seed = printedSeed("restarted store");

/** Longer than the term of a driver lasts that cannot renew it. */
const TERM_MS = 11_000;

async function ownRedis(): Promise<{ readonly redis: RedisServer; readonly store: string }> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return { redis, store: `redis://127.0.0.1:${redis.port}` };
}

/** A job to its end, resumed as often as it needs; answers how often that was. */
async function toItsEnd({ config }: SharedCluster, running: Promise<JobRecord>): Promise<number> {
  const ended = await running.catch((error: Error) => error);
  if (!(ended instanceof Error) && ended.state === "done") return 0;
  process.stdout.write(`the first driver: ${ended instanceof Error ? ended.message : (ended.error ?? ended.state)}\n`);
  const job = await eventually(() => resumeJob(config), 20_000);
  expect(job, job.error).toMatchObject({ state: "done", purges: [] });
  return 1;
}

describe.skipIf(!hasRedis)(`a Redis that is killed while shards move, and started with its data (SEED=${seed})`, () => {
  it.each([
    { phase: "copying", awayMs: 0 },
    { phase: "holding", awayMs: 0 },
    { phase: "copying", awayMs: TERM_MS },
  ] as const)(
    "while $phase, away for $awayMs ms, loses no write and no search",
    { timeout: 120_000 * TIME_FACTOR },
    async ({ phase, awayMs }) => {
      const { redis, store } = await ownRedis();
      const cluster = await startProcessCluster({ store, spares: 1 });
      const load = await startLoad(cluster, seed, { writeTimeoutMs: 4000 });
      const wish: Wish = { kind: "node add", nodes: [{ id: "new", url: cluster.spares[0]?.url ?? "" }] };
      const running = startJob(cluster.config, wish, { documentsPerSecond: 150, holdTimeoutMs: 2000 });
      running.catch(() => undefined); // looked at below
      await eventually(async () => expect((await cluster.topology()).change?.phase).toBe(phase), 20_000);
      await redis.restart(() => pause(awayMs));
      const resumed = await toItsEnd(cluster, running);
      process.stdout.write(`${phase}, away for ${awayMs} ms: resumed ${resumed} times\n`);
      expect((await cluster.topology()).groups[0]?.table.flat().filter((id) => id === "new")).toHaveLength(8);
      await load.expectSound();
    },
  );
});
