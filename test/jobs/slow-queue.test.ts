import { describe, expect, it } from "vitest";
import { type JobProgress, startJob, type Wish } from "../../src/jobs/index.ts";
import type { EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { startJobCluster } from "../support/job-cluster.ts";
import { expectNothingLost, startJobWriters } from "../support/job-writers.ts";

const UID = "movies";
const documents = Array.from({ length: 300 }, (_, id) => ({ id: 10_000 + id, title: `Movie ${id}` }));

/** Longest hold, and the least time that a node needs for what is put into its queue. */
const HOLD_MS = 2000;
const TASK_MS = 20;
const TASKS = (3 * HOLD_MS) / TASK_MS;

function ask(node: EmbeddedNode, method: string, path: string): { readonly total?: number } {
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const [target = "", query = ""] = path.split("?");
  return JSON.parse(String(node.handle({ method, path: target, query, headers, body: new Uint8Array() }).body));
}

/** Gives a node so much to do that no hold can wait for it. */
function fillQueue(node: EmbeddedNode): void {
  for (let task = 0; task < TASKS; task++) ask(node, "DELETE", `/indexes/${UID}/documents/none`);
}

const isBusy = (node: EmbeddedNode) => (ask(node, "GET", "/tasks?statuses=enqueued").total ?? 0) > 0;

describe("a node whose queue grows long when writers have begun to wait", () => {
  it("has the hold cancelled and tried again later, and no write waits for that node", {
    timeout: 90_000,
  }, async () => {
    const cluster = await startJobCluster({ taskDelayMs: TASK_MS });
    const [joining] = cluster.spares;
    if (joining === undefined) throw new Error("there is one");
    const client = cluster.connect({ writeTimeoutMs: 20_000 });
    await client.createIndex(UID, { primaryKey: "id" }).waitTask();
    await client.index(UID).addDocuments(documents).waitTask();
    const writers = startJobWriters(cluster, UID, { pauseMs: 50 });
    const held: Promise<boolean>[] = [];
    client.events.on("hold", ({ phase }) => {
      // Of every shard, so that some are held.
      const write = () => client.index(UID).addDocuments(documents);
      if (phase === "holding" && held.length === 0) held.push(write().then(() => isBusy(joining)));
    });
    const onProgress = ({ job: { phase, holds } }: JobProgress) => {
      if (phase === "holding" && holds.count === 1 && !isBusy(joining)) fillQueue(joining);
    };
    const wish: Wish = { kind: "node add", nodes: [{ id: "new", url: joining.url }] };
    const job = await startJob(cluster.config, wish, { holdTimeoutMs: HOLD_MS, onProgress });
    expect(job, job.error).toMatchObject({ state: "done", purges: [] });
    expect(await Promise.all(held)).toEqual([true]);
    expect(job.holds.cancelled).toBeGreaterThan(0);
    const history = job.history.map(({ text }) => text).join("\n");
    expect(history).toContain("A hold was cancelled: writers would have waited for more than 2 s.");
    expect((await cluster.topology()).groups[0]?.table.flat().filter((id) => id === "new")).toHaveLength(8);
    await writers.stop();
    expect(writers.acknowledged).toBe(writers.sent);
    process.stdout.write(
      `${job.holds.count} holds, ${job.holds.cancelled} cancelled, ${job.holds.longestMs} ms at most\n`,
    );
    await expectNothingLost(cluster, UID, writers);
  });
});
