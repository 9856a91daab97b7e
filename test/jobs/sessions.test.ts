import { describe, expect, it } from "vitest";
import { startJob, type Wish } from "../../src/jobs/index.ts";
import { startJobCluster } from "../support/job-cluster.ts";

const UID = "movies";
const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({ id, title: `Movie ${id}` }));

describe("a session's token", { timeout: 60_000 }, () => {
  it("outlives a change of the shards and the loss of a node", async () => {
    const cluster = await startJobCluster({ taskDelayMs: 10 });
    const writer = cluster.connect();
    await writer.createIndex(UID, { primaryKey: "id" }).waitTask();
    const session = writer.session();
    await writer.with({ session }).index(UID).addDocuments(DOCUMENTS);
    const { token } = session;
    const [spare] = cluster.spares;
    const wishes: Wish[] = [
      { kind: "reshard", shards: 32 },
      { kind: "node replace", node: "node-1", by: { id: "new", url: spare?.url ?? "" } },
    ];
    for (const wish of wishes) {
      if (wish.kind === "node replace") await cluster.nodes[1]?.crash({ keepData: false });
      const job = await startJob(cluster.config, wish);
      expect(job, `${wish.kind}: ${job.error}`).toMatchObject({ state: "done" });
      const reader = cluster.connect();
      for (const mode of ["wait", "pin"] as const) {
        const mine = reader.with({ session: reader.session({ token, mode }), partial: false });
        expect((await mine.index(UID).search("", { limit: 100 })).hits).toHaveLength(60);
        expect(await mine.index(UID).getDocument(7)).toMatchObject({ title: "Movie 7" });
      }
    }
    expect((await cluster.topology()).nodes.map(({ id }) => id)).not.toContain("node-1");
  });
});
