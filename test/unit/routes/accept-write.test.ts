import { expect, it } from "vitest";
import { acceptWrite } from "../../../src/routes/accept-write.ts";
import { newHead } from "../../../src/routes/enqueue.ts";
import { enqueueing, memoryCluster } from "../../support/memory-cluster.ts";
import { answer, failure } from "../../support/memory-transport.ts";

it("follows what nodes took of a write that failed for want of a quorum elsewhere", async () => {
  const notes = new Map<string, string | null>();
  const script = enqueueing(({ node, method, path, query }) => {
    if (node.id === "a" && path === "indexes/movies/documents") return failure("unreachable");
    if (path === "indexes/movies/documents") notes.set(node.id, new URLSearchParams(query).get("customMetadata"));
    if (method !== "GET" || path !== "tasks") return undefined;
    const uid = Number(new URLSearchParams(query).get("uids"));
    const status = node.id === "b" ? "failed" : "succeeded";
    return answer(200, { results: [{ uid, status, customMetadata: notes.get(node.id), error: null, details: {} }] });
  });
  const { cluster, clock } = await memoryCluster(script, { table: [["a"], ["b", "c"]] });
  const head = newHead(cluster, { indexUid: "movies", type: "documentAdditionOrUpdate", details: {} });
  const idsByShard = new Map([
    [0, ["x"]],
    [1, ["y"]],
  ]);
  const write = {
    ...{ index: "movies", stamp: cluster.stamps.next(false), idsByShard, call: {}, signal: undefined },
    requests: (node: (typeof cluster.topology.nodes)[number]) => [
      { node, method: "POST" as const, path: "indexes/movies/documents", body: "[]" },
    ],
  };
  await expect(acceptWrite(cluster, { head, write })).rejects.toMatchObject({ code: "miroir_no_quorum" });
  expect(await cluster.tasks.view(head.uid)).toMatchObject({ status: "failed", error: { code: "miroir_no_quorum" } });
  await clock.advance(2000);
  expect(cluster.debts.ledger.list()).toMatchObject([{ node: "b", shard: 1, ids: ["y"] }]);
  await cluster.tasks.close();
});
