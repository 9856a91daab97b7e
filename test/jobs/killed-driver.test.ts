import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { OwnerChange } from "../../src/cluster/topology.ts";
import { cancelJob, jobStatus } from "../../src/jobs/index.ts";
import { cli, startCli } from "../cli/run-cli.ts";
import { addition, driverKeys, filledCluster, TAKE_OVER_MS, takeOver } from "../support/driver-process.ts";
import { eventually } from "../support/eventually.ts";
import type { JobCluster } from "../support/job-cluster.ts";
import { expectNothingLost, startJobWriters } from "../support/job-writers.ts";

const UID = "movies";
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

describe("a driver that is killed", { timeout: 90_000 }, () => {
  it.each(["copying", "holding", "switched"] as const)(
    "while it is %s leaves nothing that another cannot end",
    async (phase) => {
      const cluster = await filledCluster(UID);
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
    const cluster = await filledCluster(UID);
    await killWhen(cluster, async () => expect(await jobStatus(cluster.config)).toMatchObject({ phase: "purging" }));
    expect(await takeOver(cluster)).toMatchObject({ state: "done", purges: [] });
    const counts = await Promise.all([...cluster.nodes, ...cluster.spares].map((node) => cluster.countOn(node, UID)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2000);
  });

  it("leaves a job that can be cancelled, and none that runs", async () => {
    const cluster = await filledCluster(UID);
    await killWhen(cluster, () => expectPhase(cluster, "copying"));
    expect(await cancelJob(cluster.config)).toMatchObject({ state: "cancelled", purges: [] });
    expect((await cluster.topology()).nodes.map(({ id }) => id)).toEqual(["node-0", "node-1", "node-2"]);
    expect(await cluster.countOn(cluster.spares[0] ?? expect.fail(), UID)).toBe(0);
    const again = await cli(addition(cluster));
    expect(again, again.stderr).toMatchObject({ code: 0 });
  });
});
