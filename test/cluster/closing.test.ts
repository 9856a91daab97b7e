import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startCluster } from "../support/cluster.ts";

const SCRIPT = fileURLToPath(new URL("../support/child/search-and-close.ts", import.meta.url));

/** Runs the script in a process of its own; resolves when it ended by itself. */
function runChild(urls: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, ...urls], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, output })));
}

describe("closing a client", () => {
  it("leaves nothing behind that keeps a process alive", async () => {
    const { client, nodes } = await startCluster();
    await client
      .index("movies")
      .addDocuments([{ id: 1 }])
      .waitTask();
    const { code, output } = await runChild(nodes.map(({ url }) => url));
    expect(output).toContain("closed with 1 hit");
    expect(code).toBe(0);
  });

  it("lets writes under way reach their end", async () => {
    const { client, connect } = await startCluster();
    const writer = connect();
    const enqueued = writer.index("movies").addDocuments([{ id: 1 }]);
    await enqueued;
    const late = writer.index("movies").addDocuments([{ id: 2 }]);
    const closed = writer.close();
    await expect(late).resolves.toMatchObject({ status: "enqueued" });
    await closed;
    await expect.poll(async () => (await client.index("movies").search("")).hits.length).toBe(2);
  });

  it("can be done twice, for all views at once, and refuses later calls", async () => {
    const { connect } = await startCluster();
    const client = connect();
    await client.createIndex("movies").waitTask();
    const view = client.with({ preference: "x" });
    const index = client.index("movies");
    await client.close();
    await client.close();
    await view.close();
    await expect(index.search("")).rejects.toMatchObject({ code: "miroir_closed" });
    await expect(view.health()).rejects.toMatchObject({ code: "miroir_closed" });
  });

  it("works on a client that was never used", async () => {
    const { connect } = await startCluster();
    await expect(connect().close()).resolves.toBeUndefined();
  });
});
