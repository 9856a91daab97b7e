import { describe, expect, it } from "vitest";
import { clusterWithMovies } from "./clusters.ts";
import { cli } from "./run-cli.ts";

const QUICK = ["--write-timeout", "0.5"];

describe("miroir settings verify", () => {
  it("ends with 0 when every node has what it should have", async () => {
    const { flags } = await clusterWithMovies();
    const { code, stdout } = await cli(["settings", "verify", ...flags]);
    expect(stdout).toBe("Settings of 1 index compared. Every node has the settings it should have.\n");
    expect(code).toBe(0);
  });

  it("ends with 3 and names node, index and settings that differ, and repairs them", async () => {
    const { flags, directs } = await clusterWithMovies();
    await directs[2]?.index("movies").updateStopWords(["the"]).waitTask();
    const found = await cli(["settings", "verify", "movies", ...QUICK, ...flags]);
    expect(found).toMatchObject({
      code: 3,
      stdout:
        "node node-2 has other settings for index movies than it should: stopWords\n" +
        "Settings of 1 index compared. `miroir settings verify --repair` with the same flags puts them right.\n",
    });
    const repaired = await cli(["settings", "verify", "--repair", "--json", ...QUICK, ...flags]);
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      isSound: true,
      indexes: [{ uid: "movies", drifts: [{ node: "node-2", settings: ["stopWords"], isRepaired: true }] }],
    });
    expect(await directs[2]?.index("movies").getStopWords()).toEqual([]);
  });
});
