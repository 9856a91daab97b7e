import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { EmbeddedNode, EmbeddedRequest } from "../../src/testing/embedded-node/index.ts";
import { startCli } from "../cli/run-cli.ts";
import { MASTER_KEY } from "../support/cluster.ts";
import { addition, driverKeys, filledCluster, takeOver } from "../support/driver-process.ts";
import { expectNothingLost, startJobWriters } from "../support/job-writers.ts";

const UID = "movies";

/** Keeps a copy that a driver sends on its way: the connection breaks, and the driver is stopped before it can notice. */
function caughtCopy(target: EmbeddedNode, stop: () => void): Promise<EmbeddedRequest> {
  return new Promise((resolve) => {
    const match = (request: EmbeddedRequest) => {
      const { method, path, headers } = request;
      const isDriver = headers["authorization"] !== `Bearer ${MASTER_KEY}`;
      if (!isDriver || method === "GET" || path !== `/indexes/${UID}/documents`) return false;
      stop();
      resolve(request);
      return true;
    };
    target.faults.set({ match, times: 1, refuse: true });
  });
}

/** Notes what a node makes of requests with a key, as method, path and status. */
function noteRequests(node: EmbeddedNode, authorization: string | undefined, seen: string[]): void {
  const match = (request: EmbeddedRequest) => {
    if (request.headers["authorization"] !== authorization) return false;
    seen.push(`${request.method} ${request.path} ${node.handle(request).status}`);
    return false;
  };
  node.faults.set({ match });
}

describe("a driver that freezes while it copies, and wakes up when another has ended its job", () => {
  it("is refused by the nodes, changes nothing, and says why it ends", { timeout: 90_000 }, async () => {
    const cluster = await filledCluster(UID);
    const { nodes, spares } = cluster;
    const [target] = spares;
    if (target === undefined) throw new Error("there is one");
    const writers = startJobWriters(cluster, UID, { pauseMs: 10 });
    const driver = await startCli(addition(cluster));
    onTestFinished(() => void driver.kill("SIGKILL"));
    const said = text(driver.stderr);
    const exit = once(driver, "exit");
    const copy = await caughtCopy(target, () => driver.kill("SIGSTOP"));
    const job = await takeOver(cluster);
    expect(job, job.error).toMatchObject({ state: "done", purges: [] });
    expect(target.handle(copy)).toMatchObject({ status: 403 }); // it lands only now
    const late: string[] = [];
    for (const node of [...nodes, ...spares]) noteRequests(node, copy.headers["authorization"], late);
    driver.kill("SIGCONT");
    expect(await exit).toEqual([1, null]);
    expect(await said).toContain("This process may not");
    process.stdout.write(`requests after it woke up: ${late.join(", ") || "none"}\n`);
    expect(late.filter((request) => !request.endsWith(" 403"))).toEqual([]);
    await writers.stop();
    expect(writers.acknowledged).toBe(writers.sent);
    await expectNothingLost(cluster, UID, writers);
    const counts = await Promise.all([...nodes, ...spares].map((node) => cluster.countOn(node, UID)));
    const { numberOfDocuments } = await cluster.connect().index(UID).getStats();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * numberOfDocuments);
    for (const { url } of [...nodes, ...spares]) expect(await driverKeys(url)).toEqual([]);
  });
});
