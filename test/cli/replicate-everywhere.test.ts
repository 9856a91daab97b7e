import { describe, expect, it } from "vitest";
import { clusterWithMovies } from "./clusters.ts";
import { cli } from "./run-cli.ts";

describe("the command line, over an index that is replicated everywhere", () => {
  it("finds nothing wrong with it, counts it once, and plans for every node", async () => {
    const { flags } = await clusterWithMovies({ settings: { replicateEverywhere: ["movies"] } });
    expect((await cli(["doctor", ...flags])).stdout).toBe("3 nodes looked at. Nothing is wrong.\n");
    const status = JSON.parse((await cli(["status", "--json", ...flags])).stdout) as { indexes: object[] };
    expect(status.indexes).toEqual([
      { uid: "movies", documents: 200, shards: { complete: 1, degraded: 0, missing: 0 } },
    ]);
    const search = JSON.parse((await cli(["plan", "search", "movies", "--json", ...flags])).stdout) as {
      requests: { shards: number[] }[];
    };
    expect(search.requests.map(({ shards }) => shards)).toEqual([[0]]);
    const write = JSON.parse((await cli(["plan", "write", "movies", "7", "--json", ...flags])).stdout) as {
      documents: { replicas: { node: string }[] }[];
    };
    expect(write.documents.map(({ replicas }) => replicas.map(({ node }) => node))).toEqual([
      ["node-0", "node-1", "node-2"],
    ]);
  });
});
