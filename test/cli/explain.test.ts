import { describe, expect, it } from "vitest";
import { clusterWithMovies } from "./clusters.ts";
import { cli } from "./run-cli.ts";

describe("miroir explain", () => {
  it("shows for people and programs what a search would ask, and why not less", async () => {
    const { flags } = await clusterWithMovies();
    const args = ["explain", "movies", "movie", "--filter", "year > 1950", "--limit", "5", "--preference", "me"];
    const [shown, asJson] = await Promise.all([cli([...args, ...flags]), cli([...args, "--json", ...flags])]);
    const explained = JSON.parse(asJson.stdout);
    expect([shown.code, asJson.code]).toEqual([0, 0]);
    expect(explained).toMatchObject({ index: "movies", narrowed: false, shards: { total: 16, missing: [] } });
    expect(shown.stdout).toContain("16 of 16 shards, because the filter says nothing about the primary key");
    for (const { node } of explained.nodes) expect(shown.stdout).toContain(node);
    for (const { node, why } of explained.leftOut) expect(shown.stdout).toContain(`not asked: ${node}, because ${why}`);
  });

  it("ends with 3 when shards would be missing, and fails for an index that does not exist", async () => {
    const { flags, nodes } = await clusterWithMovies({ replicationFactor: 1 });
    await nodes[0]?.close();
    const { code, stdout } = await cli(["explain", "movies", ...flags]);
    expect([code, /no replica could answer for \d+ shards/.test(stdout)]).toEqual([3, true]);
    expect((await cli(["explain", "nothing", ...flags])).stderr).toContain("Index `nothing` not found.");
  });
});
