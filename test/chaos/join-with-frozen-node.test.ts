import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import type { OwnerChange } from "../../src/cluster/topology.ts";
import { startJob, type Wish } from "../../src/jobs/index.ts";
import { startLoad } from "../support/chaos-load.ts";
import { eventually } from "../support/eventually.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { startProcessCluster } from "../support/process-cluster.ts";
import { areServersReal, TIME_FACTOR } from "../support/real-servers.ts";

const seed = printedSeed("join with a frozen node");

/** Longer than any request waits, so that the node counts as away. */
const FROZEN_MS = 3000;

/** How long a hold may last, in milliseconds: real servers take their time for what was written before it. */
const HOLD_TIMEOUT_MS = areServersReal ? 5000 : 2000;

/** Writers that wait for longer. */
const PATIENT = { writeTimeoutMs: 2 * HOLD_TIMEOUT_MS };

describe(`a node that freezes while another joins under load (SEED=${seed})`, () => {
  it.each(["copying", "holding"] as const)(
    "in the middle of %s delays the join, and no write is lost",
    { timeout: 120_000 * TIME_FACTOR },
    async (phase: OwnerChange["phase"]) => {
      const random = seededRandom(seed);
      const cluster = await startProcessCluster({ spares: 1 });
      const load = await startLoad(cluster, seed, PATIENT);
      const [joining] = cluster.spares;
      const frozen = cluster.nodes[Math.floor(random() * 3)];
      if (joining === undefined || frozen === undefined) throw new Error("there are four");
      const wish: Wish = { kind: "node add", nodes: [{ id: "new", url: joining.url }] };
      const running = startJob(cluster.config, wish, { documentsPerSecond: 100, holdTimeoutMs: HOLD_TIMEOUT_MS });
      await eventually(async () => expect((await cluster.topology()).change?.phase).toBe(phase), 20_000);
      frozen.pause();
      await pause(FROZEN_MS);
      frozen.resume();
      const job = await running;
      expect(job, job.error).toMatchObject({ state: "done", purges: [] });
      process.stdout.write(`${phase}: ${job.holds.count} holds, the longest of ${job.holds.longestMs} ms\n`);
      expect((await cluster.topology()).groups[0]?.table.flat().filter((id) => id === "new")).toHaveLength(8);
      await load.expectSound();
    },
  );
});
