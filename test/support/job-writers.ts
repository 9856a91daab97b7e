import { expect, onTestFinished } from "vitest";
import { seededRandom } from "../../bench/corpus.ts";
import type { TopologyClusterConfig } from "../../src/index.ts";
import { verifyCluster } from "../../src/jobs/index.ts";
import type { SharedCluster } from "./job-cluster.ts";
import { printedSeed } from "./printed-seed.ts";
import { SteadyWriters } from "./steady-writers.ts";

/** Two processes that write until they are stopped. */
export interface JobWriters {
  readonly all: readonly SteadyWriters[];
  readonly sent: number;
  readonly acknowledged: number;
  /** How long writes took to be acknowledged or refused, in words. */
  readonly waits: string;
  stop(): Promise<void>;
}

/** How writers work. */
export interface JobWritersOptions {
  /** @default a printed one */
  readonly seed?: number;
  /** Of their clients. @default patient with slow nodes */
  readonly settings?: Partial<TopologyClusterConfig>;
  /** At most 500. @default 30 */
  readonly documentsPerWriter?: number;
  /** Between two writes of a writer, in milliseconds. @default 0 */
  readonly pauseMs?: number;
}

/** A node that is busy for a while is not away. */
const PATIENT = { attemptTimeoutMs: 10_000, writeTimeoutMs: 20_000 };

/** Starts writers with documents of their own, from number 1000 on; they end with the test at the latest. */
export function startJobWriters(
  cluster: SharedCluster,
  uid: string,
  { seed = printedSeed("writers"), settings = PATIENT, documentsPerWriter = 30, pauseMs = 0 }: JobWritersOptions = {},
): JobWriters {
  const all = [1, 2].map((number) => {
    const client = cluster.connect(settings);
    const random = seededRandom(seed + number);
    const firstDocument = 1000 * number;
    return new SteadyWriters({ client, uid, random, writers: 2, documentsPerWriter, firstDocument, pauseMs });
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
    get waits() {
      const sorted = all.flatMap(({ waitsMs }) => waitsMs).sort((a, b) => a - b);
      const [median = 0, longest = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
      return `the longest after ${longest.toFixed(0)} ms, the median ${median.toFixed(0)} ms`;
    },
  };
}

/** Every document is what its writes made of it, on all of its owners. */
export async function expectNothingLost(cluster: SharedCluster, uid: string, { all }: JobWriters): Promise<void> {
  const { results } = await cluster.connect().index(uid).getDocuments<{ id: number }>({ limit: 10_000 });
  const found = new Map(results.map((document) => [document.id, document]));
  for (const own of all) {
    for (const id of own.register.ids) own.expectAllowed(id, found.get(id), "in the end");
    expect(own.surprises).toEqual([]);
  }
  expect(await verifyCluster(cluster.config, { content: true })).toMatchObject({ isSound: true });
}
