import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { startNodes } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { unpaidDebts } from "../support/unpaid-debts.ts";
import { clusterWithMovies, flagsFor, MOVIES, type NamedCluster } from "./clusters.ts";
import { cli, startCli } from "./run-cli.ts";

/** Requests land within half a second here, so differences are confirmed and debts paid soon. */
const QUICK = ["--write-timeout", "0.5"];

/** A cluster of three copies, of which the first node lost some documents. */
async function damaged(ids: readonly number[]): Promise<NamedCluster> {
  const cluster = await clusterWithMovies({ replicationFactor: 3 });
  await cluster.directs[0]
    ?.index("movies")
    .deleteDocuments([...ids])
    .waitTask();
  return cluster;
}

describe("miroir verify", () => {
  it("ends with 0 when all copies are equal, and says how many it compared", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout, stderr } = await cli(["verify", ...QUICK, ...flags]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: [
        "INDEX   COPIES  MISSING  EXTRA  STALE  DIFFERENT  OWED",
        "movies     400        -      -      -          -     -",
        "",
        "400 copies in 1 index compared. All are equal.",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  it("ends with 3 and names documents that differ, with the shard, the node and what to do", async () => {
    const { flags } = await damaged([7]);
    const { code, stdout } = await cli(["verify", ...QUICK, ...flags]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^movies +599 +1 +- +- +- +-$/m);
    expect(stdout).toMatch(/^index movies, shard \d+: document 7 is missing on node-0$/m);
    expect(stdout).toContain("`miroir verify --repair` with the same flags makes them equal.");
  });

  it("repairs with --repair, and finds nothing afterwards", async () => {
    const { flags, directs } = await damaged([7, 8, 9]);
    const { code, stdout } = await cli(["verify", "--repair", ...QUICK, ...flags]);
    expect(stdout).toContain("3 copies repaired. All are equal.");
    expect(code).toBe(0);
    expect(await directs[0]?.index("movies").getDocument(8)).toMatchObject({ title: "movie 8" });
    expect((await cli(["verify", "--content", ...QUICK, ...flags])).code).toBe(0);
  });

  it("prints one JSON document with --json", async () => {
    const { flags } = await damaged([7]);
    const { code, stdout } = await cli(["verify", "movies", "--json", ...QUICK, ...flags]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      isSound: false,
      indexes: [{ uid: "movies", copies: 3 * MOVIES - 1, shards: [{ missing: 1, examples: [{ id: "7" }] }] }],
    });
  });

  it("fails for an index that does not exist, and where no cluster was founded, founding none", async () => {
    const { flags } = await clusterWithMovies();
    const unknown = await cli(["verify", "films", ...flags]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("There is no index `films`");
    const nodes = await startNodes(2);
    const none = await cli(["verify", ...flagsFor(nodes.map(({ url }) => url))]);
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toContain("There is no cluster on these servers yet.");
    expect((await cli(["status", ...flagsFor(nodes.map(({ url }) => url))])).stdout).toContain("not founded yet");
  });

  it("is finished by another one when it is killed at any moment of a repair", async () => {
    const ids = Array.from({ length: 60 }, (_, id) => id);
    const cluster = await damaged(ids);
    const args = ["verify", "--repair", ...QUICK, ...cluster.flags];
    let kills = 0;
    for (const state of [0, 1, 2]) {
      const child = await startCli(args);
      const exit = once(child, "exit");
      await eventually(async () => {
        const { results } = (await cluster.directs[0]?.index("movies").getDocuments({ limit: 1000 })) ?? {
          results: [],
        };
        const owed = await unpaidDebts(cluster.directs);
        const isThere = [true, owed.length > 0, results.length === MOVIES][state] === true;
        expect(isThere || child.exitCode !== null).toBe(true);
      }, 20_000);
      kills += child.kill("SIGKILL") ? 1 : 0;
      await exit;
    }
    expect(kills).toBeGreaterThan(1);
    // A lock that a killed process left on a node is stale after ten minutes; here nobody else can hold it.
    await cluster.directs[0]?.deleteIndexIfExists("miroir__repair");
    const { code } = await cli(args);
    expect(code).toBe(0);
    expect(await unpaidDebts(cluster.directs)).toEqual([]);
    expect((await cli(["verify", "--content", ...QUICK, ...cluster.flags])).code).toBe(0);
  }, 60_000);
});
