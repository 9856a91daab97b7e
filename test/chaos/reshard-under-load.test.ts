import { Meilisearch, type Task } from "meilisearch";
import { describe, expect, it } from "vitest";
import { startJob } from "../../src/jobs/index.ts";
import { startLoad } from "../support/chaos-load.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { printedSeed } from "../support/printed-seed.ts";
import { type ChaosNode, startProcessCluster } from "../support/process-cluster.ts";
import { TIME_FACTOR } from "../support/real-servers.ts";

const seed = printedSeed("reshard under load");

/** Tasks of a node that were not made by its clients' writes, by what they carry. */
async function ownTasks({ url }: ChaosNode): Promise<Task[]> {
  const { tasks } = new Meilisearch({ host: url, apiKey: MASTER_KEY });
  const { results } = await tasks.getTasks({ indexUids: ["movies"], limit: 100_000 });
  return results.filter(({ customMetadata = "" }) => /^miroir:job/.test(String(customMetadata)));
}

describe(`twice as many shards under load (SEED=${seed})`, () => {
  it("are there at once: nothing is copied or rewritten, and no search misses anything", {
    timeout: 180_000 * TIME_FACTOR,
  }, async () => {
    const cluster = await startProcessCluster({ shards: 64 });
    const load = await startLoad(cluster, seed, { writeTimeoutMs: 4000 });
    await load.pass(30);
    const job = await startJob(cluster.config, { kind: "reshard", shards: 128 });
    expect(job, job.error).toMatchObject({ state: "done", documents: 0, bytes: 0 });
    await load.pass(30);
    expect(await Promise.all(cluster.nodes.map(ownTasks))).toEqual([[], [], []]);
    expect(await cluster.topology()).toMatchObject({ shards: 128 });
    await load.expectSound();
  });
});
