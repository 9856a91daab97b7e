import { describe, expect, it } from "vitest";
import { metaOf } from "../../src/index.ts";
import { startCluster } from "../support/cluster.ts";
import { embedded } from "../support/environment.ts";
import { administrationScenarios } from "../support/scenarios/administration.ts";

administrationScenarios(embedded);

describe("administration while a node is down", () => {
  it("makes no backups, of which every node's is needed, and goes on with what the node can be given later", async () => {
    const { client, nodes, directs } = await startCluster();
    await client.health();
    await nodes[1]?.crash({ keepData: true });
    await client.health();
    const refused = { code: "miroir_no_quorum", message: expect.stringContaining("Nothing was changed.") };
    await expect(client.createDump()).rejects.toMatchObject(refused);
    await expect(client.createSnapshot()).rejects.toMatchObject(refused);
    await client.updateExperimentalFeatures({ network: true });
    expect(await directs[0]?.getExperimentalFeatures()).toMatchObject({ network: true });
    await nodes[1]?.restart();
    const features = await client.getExperimentalFeatures();
    expect(features).toMatchObject({ network: true });
    expect(metaOf(features)).toMatchObject({ degraded: true, nodes: ["node-0", "node-2"] });
  });
});

describe("a dump that a node does not take", () => {
  it("is an error that names the node, since all are needed to restore the cluster", async () => {
    const { client, nodes } = await startCluster();
    await client.health();
    nodes[2]?.faults.set({ status: 500, times: 1, match: ({ path }) => path === "/dumps" });
    await expect(client.createDump()).rejects.toMatchObject({
      code: "miroir_no_quorum",
      message: expect.stringContaining("`node-2` answered 500"),
    });
  });
});

describe("what belongs to each server alone", () => {
  const calls: [what: string, method: "get" | "post" | "patch" | "delete", path: string][] = [
    ["metrics", "get", "metrics"],
    ["logs", "post", "logs/stream"],
    ["logs", "post", "logs/stderr"],
    ["logs", "delete", "logs/stream"],
    ["export", "post", "export"],
    ["tasks/compact", "post", "tasks/compact"],
    ["webhook", "get", "webhooks"],
    ["webhook", "post", "webhooks"],
    ["chat", "get", "chats"],
    ["chat", "patch", "chats/support/settings"],
    ["chat", "post", "chats/support/chat/completions"],
    ["network", "patch", "network"],
  ];
  it.each(calls)("is refused with the reason and no node asked: %s (%s %s)", async (what, method, path) => {
    const { client, nodes } = await startCluster();
    await client.health();
    for (const node of nodes) node.faults.set({ status: 500, match: (request) => request.path === `/${path}` });
    const call = client.httpRequest[method]({ path, body: {} });
    await expect(call).rejects.toMatchObject({
      code: "miroir_not_supported",
      message: expect.stringMatching(new RegExp(`${what}.* is not served over many nodes\\. .+\\.$`)),
    });
  });
});
