import { describe, expect, it } from "vitest";
import { startCluster } from "../support/cluster.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

describe("the scan that every answer of these tests goes through", () => {
  it("finds the reserved fields that a node itself shows, and none in the cluster's answer", async () => {
    const { client, directs } = await startCluster({ replicationFactor: 3 });
    await client
      .index("movies")
      .addDocuments([{ id: 1, title: "Alien" }])
      .waitTask();
    for (const direct of directs) {
      const past = await direct.index("movies").search("alien");
      expect(() => refuseReservedTraces(past, "A node")).toThrow("A node shows a reserved field");
      const settings = await direct.index("movies").getSettings();
      expect(() => refuseReservedTraces(settings, "A node")).toThrow("A node shows a reserved field");
    }
    expect(() => refuseReservedTraces({ deep: [{ _miroir_x: 1 }] }, "It")).toThrow("It shows a reserved field");
    const answer = await client.index("movies").search("alien", { facets: ["*"], showRankingScoreDetails: true });
    expect(() => refuseReservedTraces(answer, "The cluster")).not.toThrow();
    expect(answer.hits).toHaveLength(1);
  });

  it("finds them in errors too: a node's words about an attribute name only the user's own", async () => {
    const { client, directs } = await startCluster();
    await client.index("movies").updateFilterableAttributes(["genre"]).waitTask();
    const past = await directs[0]
      ?.index("movies")
      .search("", { filter: "title = x" })
      .catch((reason: Error) => reason.message);
    expect(() => refuseReservedTraces(past, "A node")).toThrow("A node shows a reserved field");
    await expect(client.index("movies").search("", { filter: "title = x" })).rejects.toThrow("`genre`");
  });
});
