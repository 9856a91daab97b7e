import { performance } from "node:perf_hooks";
import { expect, onTestFinished } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import { verifyCluster } from "../../src/jobs/index.ts";
import type { JobCluster } from "./job-cluster.ts";
import { SteadyWriters } from "./steady-writers.ts";

/** Two processes that write until they are stopped. */
export interface JobWriters {
  readonly all: readonly SteadyWriters[];
  readonly sent: number;
  readonly acknowledged: number;
  stop(): Promise<void>;
}

/** Starts writers with documents of their own, from number 1000 on; they end with the test at the latest. */
export function startJobWriters(cluster: JobCluster, uid: string): JobWriters {
  const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
  process.stdout.write(`writers: seed ${seed}\n`);
  const all = [1, 2].map((number) => {
    // A node that is busy for a while is not away.
    const client = cluster.connect({ attemptTimeoutMs: 10_000, writeTimeoutMs: 20_000 });
    const random = seededRandom(seed + number);
    const firstDocument = 1000 * number;
    return new SteadyWriters({ client, uid, random, writers: 2, documentsPerWriter: 30, firstDocument });
  });
  for (const writers of all) writers.start();
  const stop = async () => void (await Promise.all(all.map((writers) => writers.stop())));
  onTestFinished(stop);
  const sum = (count: (writers: SteadyWriters) => number) => all.reduce((total, own) => total + count(own), 0);
  return {
    ...{ all, stop },
    get sent() {
      return sum(({ sent }) => sent);
    },
    get acknowledged() {
      return sum(({ acknowledged }) => acknowledged);
    },
  };
}

/** Every document is what its writes made of it, on all of its owners. */
export async function expectNothingLost(cluster: JobCluster, uid: string, { all }: JobWriters): Promise<void> {
  const { results } = await cluster.connect().index(uid).getDocuments<{ id: number }>({ limit: 10_000 });
  const found = new Map(results.map((document) => [document.id, document]));
  for (const own of all) {
    for (const id of own.register.ids) own.expectAllowed(id, found.get(id), "in the end");
    expect(own.surprises).toEqual([]);
  }
  expect(await verifyCluster(cluster.config, { content: true })).toMatchObject({ isSound: true });
}
