import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";
import { clusterWithMovies, type NamedCluster } from "./clusters.ts";
import { cli, startCli } from "./run-cli.ts";

/** Requests land within half a second here, so debts are paid soon. */
const QUICK = ["--write-timeout", "0.5"];

/** A cluster whose first node is down and missed a write; nobody repairs. */
async function indebted(): Promise<NamedCluster> {
  const cluster = await clusterWithMovies();
  await cluster.nodes[0]?.crash({ keepData: true });
  await cluster.client
    .index("movies")
    .updateDocuments([1, 2, 3, 4].map((id) => ({ id, seen: true })))
    .waitTask();
  return cluster;
}

describe("miroir repair", () => {
  it("ends with 0 and says so when nothing is owed", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout } = await cli(["repair", ...QUICK, ...flags]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "No node owes anything.\n" });
  });

  it("pays what is owed", async () => {
    const { flags, nodes, directs } = await indebted();
    await nodes[0]?.restart();
    const { code, stdout } = await cli(["repair", ...QUICK, ...flags]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "node node-0 has all of index movies\n" });
    expect(await unpaidDebts(directs)).toEqual([]);
    const { results } = (await directs[0]?.index("movies").getDocuments({ ids: [1, 2, 3, 4] })) ?? { results: [] };
    expect(results.length).toBeGreaterThan(0);
    for (const document of results) expect(document).toMatchObject({ seen: true });
  });

  it("ends with 3 and names the node that is missing when something stays owed", async () => {
    const { flags } = await indebted();
    const { code, stdout } = await cli(["repair", ...QUICK, ...flags]);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^node node-0 owes index movies: \d documents? in \d shards? \(node node-0 could not be reached .*\)\n$/,
    );
  });

  it("waits for the node with --watch, pays, and ends with 130 when it is interrupted", async () => {
    const { flags, nodes, directs } = await indebted();
    const child = await startCli(["repair", "--watch", "--json", ...QUICK, ...flags]);
    const exit = once(child, "exit");
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await eventually(() => expect(output).toContain('"node":"node-0"'), 20_000);
    await nodes[0]?.restart();
    await eventually(() => expect(output).toContain('{"open":[]}'), 20_000);
    expect(await unpaidDebts(directs)).toEqual([]);
    child.kill("SIGINT");
    expect(await exit).toEqual([130, null]);
  });
});
