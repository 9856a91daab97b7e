import { describe, expect, it } from "vitest";
import type { ClusterConfig } from "../../../src/cluster/cluster-config.ts";
import { buildTopology, type Topology } from "../../../src/cluster/topology.ts";
import type { NodeInfo } from "../../../src/core/types.ts";
import { type Introduction, introduce } from "../../../src/execute/bootstrap.ts";
import { verifyIdentity } from "../../../src/execute/identity.ts";
import { Operator } from "../../../src/execute/operator.ts";
import { putState, STATE_INDEX } from "../../../src/execute/state-index.ts";
import { loadHasher } from "../../../src/routing/shard.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { answer, failure, MemoryTransport, refusal } from "../../support/memory-transport.ts";
import { StateNodes } from "../../support/state-nodes.ts";

const hasher = await loadHasher();

function configured(change: Partial<ClusterConfig> = {}): Topology {
  const nodes = ["a", "b", "c"].map((id) => ({ id, url: `http://${id}.test:7700` }));
  return buildTopology({ clusterId: "", nodes, replicationFactor: 2, shards: 16, ...change }, hasher);
}

function setUp() {
  const clock = new FakeClock();
  const state = new StateNodes();
  const transport = new MemoryTransport(state.script);
  const operator = new Operator({ transport, clock, authorization: "Bearer verySecret" });
  const meet = (topology: Topology = configured()): Promise<Introduction> =>
    introduce(operator, { topology, keeper: "nodes" });
  return { clock, state, transport, operator, meet };
}

const nodeOf = (id: string): NodeInfo => {
  const node = configured().nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
};

describe("introduce", () => {
  it("founds the cluster when every node answers and none has a marker: each gets one of its own", async () => {
    const { state, meet } = setUp();
    const { topology, absent, strangers } = await meet();
    expect(topology.clusterId).not.toBe("");
    expect([absent, strangers]).toEqual([[], []]);
    for (const node of topology.nodes) {
      expect(state.recordsOf(node)).toEqual([
        { keeper: "nodes", clusterId: topology.clusterId, nodeId: node.id, topology },
      ]);
    }
  });

  it("adopts the cluster it finds, with the records of all nodes and the addresses of the configuration", async () => {
    const { meet, operator } = setUp();
    const founded = await meet();
    await putState(operator, nodeOf("b"), [{ id: "debt_1", kind: "debt", value: { debts: [] } }]);
    const met = await meet(configured());
    expect(met.topology).toEqual(founded.topology);
    expect(met.records).toEqual([{ id: "debt_1", kind: "debt", value: { debts: [] } }]);
  });

  it("reads more records than one page holds", async () => {
    const { meet, operator } = setUp();
    await meet();
    const records = Array.from({ length: 1500 }, (_, count) => ({
      id: `debt_${count}`,
      kind: "debt" as const,
      value: {},
    }));
    await putState(operator, nodeOf("a"), records);
    expect((await meet()).records).toHaveLength(1500);
  });

  it("asks everything over unchecked connections: there is no cluster to check against yet", async () => {
    const { meet, transport } = setUp();
    await meet();
    await meet();
    expect(transport.sent.every(({ unchecked }) => unchecked === true)).toBe(true);
  });

  it("refuses to found a cluster while a node does not answer", async () => {
    const { state, meet } = setUp();
    state.override = ({ node }) => (node.id === "c" ? failure("unreachable") : undefined);
    await expect(meet()).rejects.toMatchObject({ code: "miroir_store_unavailable" });
    expect(state.of(nodeOf("a")).documents).toBeUndefined();
  });

  it("says that founding stopped when a node goes away in the middle of it", async () => {
    const { state, clock } = setUp();
    const transport = new MemoryTransport((request) => {
      const isClaim = request.method === "POST" && request.path === "indexes";
      return isClaim && request.node.id === "c" ? failure("reset") : state.script(request);
    });
    const operator = new Operator({ transport, clock, authorization: "Bearer verySecret" });
    await expect(introduce(operator, { topology: configured(), keeper: "nodes" })).rejects.toMatchObject({
      code: "miroir_store_unavailable",
    });
  });

  it("adopts a cluster of which a node is away, and says which", async () => {
    const { state, meet } = setUp();
    await meet();
    state.override = ({ node }) => (node.id === "c" ? failure("unreachable") : undefined);
    expect((await meet()).absent).toMatchObject([{ node: "c" }]);
    state.override = ({ node }) => (node.id === "c" ? answer(502, undefined) : undefined);
    expect((await meet()).absent).toMatchObject([{ node: "c" }]);
  });

  it("calls a node that lost its data a stranger, and gives it no new marker", async () => {
    const { state, meet } = setUp();
    await meet();
    state.of(nodeOf("c")).documents = undefined;
    expect((await meet()).strangers).toMatchObject([{ node: "c", reason: "has no marker of this cluster" }]);
    expect(state.of(nodeOf("c")).documents).toBeUndefined();
  });

  it.each([
    ["shards", { shards: 32 }],
    ["replicationFactor", { replicationFactor: 1 }],
    ["nodes", { nodes: ["a", "b"].map((id) => ({ id, url: `http://${id}.test:7700` })) }],
  ])("refuses a configuration with other %s than the cluster was founded with", async (field, change) => {
    const { meet } = setUp();
    await meet();
    await expect(meet(configured(change))).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining(field),
    });
  });

  it("refuses nodes of two clusters", async () => {
    const one = setUp();
    const other = setUp();
    await one.meet();
    await other.meet();
    one.state.of(nodeOf("c")).documents = other.state.of(nodeOf("c")).documents;
    await expect(one.meet()).rejects.toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining("belongs to another cluster"),
    });
  });

  it("refuses two names for one server, and a server under another's name", async () => {
    const { state, meet } = setUp();
    await meet();
    state.of(nodeOf("b")).documents = state.of(nodeOf("a")).documents;
    await expect(meet()).rejects.toMatchObject({ message: expect.stringContaining("says it is node `a`") });
  });

  it("lets one of two founders win, and both end with the same cluster", async () => {
    const { clock, meet, state } = setUp();
    const both = Promise.all([meet(), meet()]);
    await clock.advance(1000);
    const [first, second] = await both;
    expect(first.topology.clusterId).toBe(second.topology.clusterId);
    const ids = new Set(
      first.topology.nodes.flatMap((node) => state.recordsOf(node).map(({ clusterId }) => clusterId)),
    );
    expect([...ids]).toEqual([first.topology.clusterId]);
  });

  it("says what to do when founding was begun and never finished", async () => {
    const { clock, state, meet } = setUp();
    state.of(nodeOf("a")).documents = new Map();
    const work = meet().catch((error: unknown) => error);
    await clock.advance(11_000);
    expect(await work).toMatchObject({
      code: "miroir_topology_mismatch",
      message: expect.stringContaining(`Delete the index \`${STATE_INDEX}\` on every node`),
    });
    expect(clock.pending).toBe(0);
  });

  it("refuses a key that a node refuses, without showing it", async () => {
    const { state, meet } = setUp();
    state.override = ({ node }) => (node.id === "b" ? refusal(403, "invalid_api_key") : undefined);
    const error = await meet().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: expect.stringContaining("Check `apiKey`"),
      cause: { code: "invalid_api_key" },
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("verySecret");
  });

  it("refuses an address where no Meilisearch answers", async () => {
    const { state, meet } = setUp();
    state.override = ({ node }) => (node.id === "b" ? failure("bad-answer") : undefined);
    await expect(meet()).rejects.toMatchObject({ code: "miroir_bad_answer" });
    // A proxy that turns requests away, and a path below a server's own, answer nothing that a server would.
    for (const status of [401, 403, 404]) {
      state.override = ({ node }) => (node.id === "b" ? answer(status) : undefined);
      await expect(meet()).rejects.toMatchObject({
        code: "miroir_bad_answer",
        message: expect.stringContaining("Check its `url`"),
      });
    }
  });
});

describe("verifyIdentity", () => {
  async function founded() {
    const setup = setUp();
    const { topology } = await setup.meet();
    const verify = (id: string, expected: { clusterId?: string; taskUid?: number; incarnation?: number } = {}) => {
      const { clusterId = topology.clusterId, taskUid = -1, incarnation = 1 } = expected;
      const seen = { incarnation, taskUid, at: "" };
      return verifyIdentity(setup.operator, nodeOf(id), { keeper: "nodes", clusterId, seen });
    };
    return { ...setup, verify };
  }

  it("accepts the node itself, also with the tasks that was seen", async () => {
    const { verify, state } = await founded();
    await verify("a");
    await verify("a", { taskUid: state.of(nodeOf("a")).tasks.length - 1 });
  });

  it("refuses a node that lost its data, is another, belongs to another cluster, or went back in time", async () => {
    const { verify, state } = await founded();
    await expect(verify("a", { clusterId: "other" })).rejects.toMatchObject({ kind: "identity" });
    await expect(verify("a", { taskUid: 1000 })).rejects.toThrow("came back with an older state");
    await expect(verify("a", { incarnation: 2 })).rejects.toThrow("came back with a state from before it was rebuilt");
    state.of(nodeOf("b")).documents = state.of(nodeOf("a")).documents;
    await expect(verify("b")).rejects.toThrow("is node `a`");
    state.of(nodeOf("b")).documents = undefined;
    await expect(verify("b")).rejects.toThrow("has no marker");
  });

  it("refuses a node that hides its marker, and fails when it cannot be asked", async () => {
    const { verify, state } = await founded();
    state.override = () => refusal(403, "invalid_api_key");
    await expect(verify("a")).rejects.toMatchObject({ kind: "identity", sent: false });
    state.override = () => failure("reset");
    await expect(verify("a")).rejects.toThrow("failed as reset");
  });
});
