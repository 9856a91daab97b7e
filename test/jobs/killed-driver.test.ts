import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { OwnerChange } from "../../src/cluster/topology.ts";
import { cancelJob, type JobRecord, jobStatus, resumeJob } from "../../src/jobs/index.ts";
import { cli, startCli } from "../cli/run-cli.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { type JobCluster, startJobCluster } from "../support/job-cluster.ts";
import { expectNothingLost, startJobWriters } from "../support/job-writers.ts";

const UID = "movies";
const documents = Array.from({ length: 1000 }, (_, id) => ({ id: 10_000 + id, title: `Movie ${id}` }));

/** Longer than the right of a driver lasts that died. */
const TAKE_OVER_MS = 20_000;

async function filledCluster(): Promise<JobCluster> {
  const cluster = await startJobCluster({ isShared: true });
  const client = cluster.connect();
  await client.createIndex(UID, { primaryKey: "id" }).waitTask();
  await client.index(UID).addDocuments(documents).waitTask();
  return cluster;
}

/** Flags of a command that adds the spare node. */
function addition({ config, spares }: JobCluster): string[] {
  const name = ["--topology", String(config.topology), "--key", MASTER_KEY, "--write-timeout", "3"];
  return ["node", "add", `new=${spares[0]?.url}`, "--yes", ...name];
}

/** Adds a node in a process that is killed as soon as the check passes. */
async function killWhen(cluster: JobCluster, check: () => Promise<void>): Promise<void> {
  const driver = await startCli(addition(cluster));
  const exit = once(driver, "exit");
  await eventually(check, TAKE_OVER_MS);
  driver.kill("SIGKILL");
  expect(await exit).toEqual([null, "SIGKILL"]);
}

async function expectPhase({ topology }: JobCluster, phase: OwnerChange["phase"]): Promise<void> {
  expect((await topology()).change?.phase).toBe(phase);
}

/** Goes on as soon as the dead driver's right has ended. */
function takeOver(cluster: JobCluster): Promise<JobRecord> {
  return eventually(() => resumeJob(cluster.config), TAKE_OVER_MS);
}

async function keysOn(
  url: string | undefined,
): Promise<{ readonly uid: string; readonly key: string; readonly name: string }[]> {
  const response = await fetch(`${url}/keys`, { headers: { authorization: `Bearer ${MASTER_KEY}` } });
  return ((await response.json()) as { results: Awaited<ReturnType<typeof keysOn>> }).results;
}

const driverKeys = async (url: string | undefined) =>
  (await keysOn(url)).filter(({ name }) => name?.startsWith("miroir job"));

describe("a driver that is killed", { timeout: 90_000 }, () => {
  it.each(["copying", "holding", "switched"] as const)(
    "while it is %s leaves nothing that another cannot end",
    async (phase) => {
      const cluster = await filledCluster();
      const writers = startJobWriters(cluster, UID);
      await killWhen(cluster, () => expectPhase(cluster, phase));
      const [stale] = await driverKeys(cluster.nodes[0]?.url);
      expect(stale).toBeDefined();
      const job = await takeOver(cluster);
      expect(job, job.error).toMatchObject({ state: "done", purges: [] });
      await writers.stop();
      expect(writers.acknowledged).toBe(writers.sent);
      await expectNothingLost(cluster, UID, writers);
      const topology = await cluster.topology();
      expect(topology.change).toBeUndefined();
      expect(topology.groups[0]?.table.flat().filter((id) => id === "new")).toHaveLength(8);
      const counts = await Promise.all([...cluster.nodes, ...cluster.spares].map((node) => cluster.countOn(node, UID)));
      const { numberOfDocuments } = await cluster.connect().index(UID).getStats();
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * numberOfDocuments);
      for (const { url } of [...cluster.nodes, ...cluster.spares]) expect(await driverKeys(url)).toEqual([]);
      const refused = await fetch(`${cluster.nodes[0]?.url}/indexes`, {
        headers: { authorization: `Bearer ${stale?.key}` },
      });
      expect(refused.status).toBe(403);
    },
  );

  it("while it deletes what has moved is followed by one that deletes it", async () => {
    const cluster = await filledCluster();
    await killWhen(cluster, async () => expect(await jobStatus(cluster.config)).toMatchObject({ phase: "purging" }));
    expect(await takeOver(cluster)).toMatchObject({ state: "done", purges: [] });
    const counts = await Promise.all([...cluster.nodes, ...cluster.spares].map((node) => cluster.countOn(node, UID)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2000);
  });

  it("leaves a job that can be cancelled, and none that runs", async () => {
    const cluster = await filledCluster();
    await killWhen(cluster, () => expectPhase(cluster, "copying"));
    expect(await cancelJob(cluster.config)).toMatchObject({ state: "cancelled", purges: [] });
    expect((await cluster.topology()).nodes.map(({ id }) => id)).toEqual(["node-0", "node-1", "node-2"]);
    expect(await cluster.countOn(cluster.spares[0] ?? expect.fail(), UID)).toBe(0);
    const again = await cli(addition(cluster));
    expect(again, again.stderr).toMatchObject({ code: 0 });
  });
});
