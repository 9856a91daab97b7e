import { describe, expect, it } from "vitest";
import { clusterWithMovies } from "./clusters.ts";
import { cli } from "./run-cli.ts";

describe("miroir plan search", () => {
  it("shows requests that together ask for every shard once", async () => {
    const { flags } = await clusterWithMovies();
    const args = ["plan", "search", "movies", "movie", "--filter", "year > 1950", "--limit", "5", "--json"];
    const { code, stdout } = await cli([...args, ...flags]);
    const plan = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(plan).toMatchObject({ index: "movies", hitsAsked: 5, missing: [], indebted: [] });
    const shards = plan.requests.flatMap((request: { shards: number[] }) => request.shards);
    expect(shards.sort((a: number, b: number) => a - b)).toEqual(Array.from({ length: 16 }, (_, shard) => shard));
    for (const { path, body } of plan.requests) {
      expect(path).toBe("indexes/movies/search");
      expect(body).toMatchObject({ q: "movie", limit: 5, filter: ["year > 1950", expect.stringContaining("IN [")] });
    }
  });

  it("asks what a client would ask: the requests together find what the client finds", async () => {
    const { client, directs, flags, nodes } = await clusterWithMovies();
    const { stdout } = await cli(["plan", "search", "movies", "movie 7", "--json", ...flags]);
    const found = await Promise.all(
      JSON.parse(stdout).requests.map(async ({ url, body }: { url: string; body: { q: string } }) => {
        const direct = directs[nodes.findIndex((node) => node.url === url)];
        return (await direct?.index("movies").search(body.q, body))?.estimatedTotalHits ?? 0;
      }),
    );
    const { estimatedTotalHits } = await client.index("movies").search("movie 7");
    expect(found.reduce((sum, hits) => sum + hits, 0)).toBe(estimatedTotalHits);
  });

  it("asks only the owner of the document that a filter names, and says why all are asked otherwise", async () => {
    const { client, flags } = await clusterWithMovies();
    await client.index("movies").updateFilterableAttributes(["id", "year"]).waitTask();
    const args = ["plan", "search", "movies", "--filter", "id = 7"];
    const [shown, asJson] = await Promise.all([cli([...args, ...flags]), cli([...args, "--json", ...flags])]);
    expect(shown.stdout).toMatch(
      /^1 request to index movies, .*\n1 of 16 shards can hold what the filter lets through$/m,
    );
    const plan = JSON.parse(asJson.stdout);
    expect(plan.shards).toEqual({ total: 16, asked: 1 });
    expect(plan.requests).toHaveLength(1);
    expect(plan.requests[0].shards).toHaveLength(1);
    const wide = await cli(["plan", "search", "movies", "--filter", "id > 7", ...flags]);
    expect(wide.stdout).toMatch(/^every shard is asked, because the filter compares the primary key/m);
  });

  it("shows a table, and ends with 3 when shards would be missing", async () => {
    const { flags, nodes } = await clusterWithMovies({ replicationFactor: 1 });
    const healthy = await cli(["plan", "search", "movies", ...flags]);
    expect(healthy.code).toBe(0);
    expect(healthy.stdout).toMatch(/^3 requests to index movies, up to 14 hits each, then one merge$/m);
    expect(healthy.stdout).toContain(`POST ${nodes[2]?.url}/indexes/movies/search`);
    await nodes[2]?.crash({ keepData: true });
    const degraded = await cli(["plan", "search", "movies", ...flags]);
    expect(degraded.code).toBe(3);
    expect(degraded.stdout).toMatch(/^no copy could answer for \d+ shards/m);
    expect(degraded.stdout).toMatch(/^node node-2 could not be reached/m);
  });

  it("ends with 1 when there is no such index", async () => {
    const { flags } = await clusterWithMovies({ nodes: 1 });
    const { code, stderr } = await cli(["plan", "search", "books", ...flags]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "miroir: There is no index books in this cluster. It has movies.\n",
    });
  });

  it("ends with 1 and claims nothing about indexes when no node can be asked", async () => {
    const { flags, nodes } = await clusterWithMovies({ nodes: 1 });
    await nodes[0]?.crash({ keepData: true });
    for (const call of [
      ["search", "movies"],
      ["write", "movies", "1"],
    ]) {
      expect(await cli(["plan", ...call, ...flags])).toEqual({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^miroir: No node can be asked, .*could not be reached \(ECONNREFUSED\)\n$/),
      });
    }
  });
});

describe("miroir plan write", () => {
  it("names the nodes that hold a document", async () => {
    const { directs, flags } = await clusterWithMovies();
    const { code, stdout } = await cli(["plan", "write", "movies", "7", "8", "--json", ...flags]);
    const plan = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(plan).toMatchObject({ index: "movies", exists: true });
    for (const { id, replicas } of plan.documents) {
      const holders = await Promise.all(
        directs.map(async (direct, position) => {
          const { total } = await direct.index("movies").getDocuments({ ids: [id] });
          return total === 1 ? [`node-${position}`] : [];
        }),
      );
      expect(replicas.map(({ node }: { node: string }) => node).sort()).toEqual(holders.flat());
    }
  });

  it("ends with 3 when the write would not be acknowledged", async () => {
    const { flags, nodes } = await clusterWithMovies();
    await nodes[0]?.crash({ keepData: true });
    const ids = Array.from({ length: 20 }, (_, id) => String(id));
    const [quorum, all] = await Promise.all([
      cli(["plan", "write", "movies", ...ids, ...flags]),
      cli(["plan", "write", "movies", ...ids, "--consistency", "all", ...flags]),
    ]);
    expect(quorum.code).toBe(0);
    expect(quorum.stdout).toContain("node-0 (suspect)");
    expect(all.code).toBe(3);
    expect(all.stdout).toMatch(/node-0 \(suspect\).* {2}no$/m);
  });

  it("says that a write would create the index, and refuses ids that no server takes with 2", async () => {
    const { flags } = await clusterWithMovies({ nodes: 1 });
    const [created, refused] = await Promise.all([
      cli(["plan", "write", "books", "1", ...flags]),
      cli(["plan", "write", "books", "no spaces", ...flags]),
    ]);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining("index books does not exist") });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('`"no spaces"` is invalid') });
  });
});
