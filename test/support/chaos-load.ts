import process from "node:process";
import { expect, onTestFinished } from "vitest";
import type { TopologyClusterConfig } from "../../src/index.ts";
import { repairCluster } from "../../src/jobs/index.ts";
import { eventually } from "./eventually.ts";
import type { SharedCluster } from "./job-cluster.ts";
import { expectNothingLost, type JobWriters, startJobWriters } from "./job-writers.ts";
import { SteadySearcher, WITNESSES } from "./steady-searcher.ts";

/** Index that everything is written to. */
export const UID = "movies";

/** Time that writes may need to get on again once the cause of a failure is gone. */
const RECOVERY_MS = 20_000;

/** A document that is written to all the time is not repaired meanwhile: each has some seconds of rest here. */
const CALM = { documentsPerWriter: 500, pauseMs: 25 };

/** Two processes that write, and one that searches. */
export interface ChaosLoad {
  readonly writers: JobWriters;
  /** Resolves after so many more acknowledged writes. */
  pass(writes: number): Promise<void>;
  /** Until every node has what it missed, and some writes more were acknowledged. */
  untilPaid(): Promise<void>;
  /**
   * Ends it: no search missed anything, every document is what its writes made of it, and all of its owners agree once
   * debts are paid. Prints how much was done.
   */
  expectSound(): Promise<void>;
}

/** Fills an index, and lets writers and a searcher loose on it; they end with the test at the latest. */
export async function startLoad(
  cluster: SharedCluster,
  seed: number,
  settings: Partial<TopologyClusterConfig> = {},
): Promise<ChaosLoad> {
  const client = cluster.connect();
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  await client.index(UID).updateFilterableAttributes(["witness"]).waitTask();
  await client.index(UID).addDocuments(WITNESSES).waitTask();
  const writers = startJobWriters(cluster, UID, { seed, settings, ...CALM });
  const searcher = new SteadySearcher(cluster.connect({ repair: false }), UID);
  searcher.start();
  onTestFinished(() => searcher.stop());
  const pass = async (writes: number) => {
    const enough = writers.acknowledged + writes;
    await eventually(() => expect(writers.acknowledged).toBeGreaterThanOrEqual(enough), RECOVERY_MS);
  };
  return {
    ...{ writers, pass },
    async untilPaid() {
      await pay(cluster);
      await pass(10);
    },
    async expectSound() {
      await pass(20);
      await Promise.all([writers.stop(), searcher.stop()]);
      const { sent, acknowledged, waits } = writers;
      process.stdout.write(`${acknowledged} of ${sent} writes acknowledged, ${waits}; ${searcher.answered} searches\n`);
      expect(searcher.surprises).toEqual([]);
      await pay(cluster);
      await expectNothingLost(cluster, UID, writers);
    },
  };
}

/** Until nobody owes anything: whatever a busy machine made a node miss. */
async function pay({ config }: SharedCluster): Promise<void> {
  await eventually(async () => expect(await repairCluster(config)).toEqual([]), RECOVERY_MS);
}
