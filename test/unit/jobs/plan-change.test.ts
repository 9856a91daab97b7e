import { beforeAll, describe, expect, it } from "vitest";
import { buildTopology, type Topology } from "../../../src/cluster/topology.ts";
import { type MoveStep, movesOf, type Plan } from "../../../src/jobs/plan/plan.ts";
import { type PlanInput, planChange } from "../../../src/jobs/plan/plan-change.ts";
import { topologyForPhase, topologyWhenDone, topologyWithArrivals } from "../../../src/jobs/plan/topology-for-phase.ts";
import type { Wish } from "../../../src/jobs/plan/wish.ts";
import { checkWish } from "../../../src/jobs/plan/wish.ts";
import { type Hasher, loadHasher } from "../../../src/routing/shard.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const server = (id: string, group?: string) => ({ id, url: `http://${id}.test:7700`, ...(group && { group }) });

/** Three nodes and two replicas, unless told. */
function cluster(nodes: readonly ReturnType<typeof server>[] = ["a", "b", "c"].map((id) => server(id))): Topology {
  return buildTopology({ clusterId: "cluster", nodes, replicationFactor: 2, shards: 16 }, hasher);
}

const plan = (wish: Wish, topology = cluster(), options: Partial<PlanInput> = {}) =>
  planChange(wish, { topology, hasher, ...options });

const moveSteps = ({ steps }: Plan): MoveStep[] => steps.flatMap((step) => (step.kind === "move" ? [step] : []));

function done(topology: Topology, made: Plan): Topology {
  const released = (sum: Topology, step: Plan["steps"][number]) =>
    topologyForPhase(sum, { job: "j", step, phase: "released" });
  return topologyWhenDone(made.steps.reduce(released, topologyWithArrivals(topology, made)), made);
}

describe("checkWish", () => {
  it("names the kinds that there are, and the field that is wrong", () => {
    expect(() => checkWish({ kind: "node-add", nodes: [] } as never)).toThrow(/`wish\.kind` .*`node add`, .*`reshard`/);
    expect(() => checkWish({ kind: "reshard", shards: "128" } as never)).toThrow(/`wish\.shards` /);
    expect(() => checkWish({ kind: "reshard", shards: 128 })).not.toThrow();
  });
});

describe("planChange", () => {
  it("lets new nodes join before they hold anything, and hold indexes that are everywhere from their first shard on", () => {
    const topology = cluster();
    const made = plan({ kind: "node add", nodes: [server("d")] }, topology);
    const grown = topologyWithArrivals(topology, made);
    expect(grown).toMatchObject({ epoch: 2, joining: ["d"], groups: topology.groups });
    expect(topologyWithArrivals(grown, made)).toBe(grown);
    const [first, ...others] = moveSteps(made);
    if (first === undefined) throw new Error("nothing moves");
    expect(first.joins).toEqual(["d"]);
    expect(others.map(({ joins }) => joins)).toEqual(others.map(() => []));
    const copying = topologyForPhase(grown, { job: "j", step: first, phase: "copying" });
    expect(copying.change).toMatchObject({ job: "j", phase: "copying", everywhere: true });
    expect(copying).toMatchObject({ joining: ["d"], groups: grown.groups, epoch: 3 });
    const switched = topologyForPhase(copying, { job: "j", step: first, phase: "switched" });
    expect(switched.joining).toBeUndefined();
    expect(switched.groups).not.toEqual(grown.groups);
    expect(switched.change?.shards).toEqual(copying.change?.shards);
    expect(topologyForPhase(switched, { job: "j", step: first, phase: "released" }).change).toBeUndefined();
  });

  it("lets a drained node stay without anything, and come back", () => {
    const topology = cluster([server("a"), server("b"), server("c"), server("d")]);
    const drained = done(topology, plan({ kind: "node drain", node: "b" }, topology));
    expect(drained.joining).toEqual(["b"]);
    expect(drained.groups.flatMap(({ table }) => table.flat())).not.toContain("b");
    expect(plan({ kind: "node drain", node: "b" }, drained)).toMatchObject({ isNeeded: false, steps: [] });
    expect(movesOf(plan({ kind: "rebalance" }, drained))).toEqual([]);
    const back = done(drained, plan({ kind: "node add", nodes: [{ url: server("b").url }] }, drained));
    expect(back.joining).toBeUndefined();
    expect(back.nodes).toEqual(topology.nodes);
    expect(back.groups.flatMap(({ table }) => table.flat()).filter((id) => id === "b")).toHaveLength(8);
  });

  it("gives a replacement the rows of the node that it replaces, in steps that leave the others alone", () => {
    const topology = cluster();
    const made = plan({ kind: "node replace", node: "b", by: server("new") }, topology);
    const renamed = topology.groups.map(({ name, table }) => ({
      name,
      table: table.map((row) => row.map((id) => (id === "b" ? "new" : id)).sort()),
    }));
    const after = done(topology, made);
    expect(after.groups.map(({ name, table }) => ({ name, table: table.map((row) => [...row].sort()) }))).toEqual(
      renamed,
    );
    expect(after.nodes.map(({ id }) => id)).toEqual(["a", "c", "new"]);
    for (const { add, remove } of movesOf(made)) expect([add, remove]).toEqual([["new"], ["b"]]);
    expect(moveSteps(made).at(-1)?.leaves).toEqual(["b"]);
  });

  it("fills a group shard by shard, and takes one away without a copy", () => {
    const topology = cluster();
    const made = plan({ kind: "group add", group: "far", nodes: [server("x"), server("y")] }, topology);
    expect(topologyWithArrivals(topology, made).groups[1]).toEqual({ name: "far", table: Array(16).fill([]) });
    const grown = done(topology, made);
    expect(grown.groups.map(({ name }) => name)).toEqual(["default", "far"]);
    const removal = plan({ kind: "group remove", group: "far" }, grown);
    expect(removal.copies.replicas).toBe(0);
    expect(done(grown, removal)).toEqual({ ...topology, epoch: expect.any(Number) });
  });

  it("doubles shards without a move, and brings together what becomes one before it halves them", () => {
    const topology = cluster();
    const doubling = plan({ kind: "reshard", shards: 32 }, topology);
    expect(doubling.steps).toEqual([{ kind: "reshard", from: 16, to: 32 }]);
    const [step] = doubling.steps;
    if (step === undefined) throw new Error("nothing happens");
    const holding = topologyForPhase(topology, { job: "j", step, phase: "holding" });
    expect(holding).toMatchObject({ shards: 16, groups: topology.groups });
    expect(holding.change?.shards).toHaveLength(16);
    const switched = topologyForPhase(holding, { job: "j", step, phase: "switched" });
    expect(switched.change?.shards).toHaveLength(32);
    const doubled = done(topology, doubling);
    const { table = [] } = doubled.groups[0] ?? {};
    expect(table.slice(16)).toEqual(table.slice(0, 16));
    expect(done(doubled, plan({ kind: "reshard", shards: 16 }, doubled)).groups).toEqual(topology.groups);
  });

  it("rebalances what is above a cap or uneven enough, and says so when nothing is", () => {
    expect(plan({ kind: "rebalance" })).toMatchObject({ steps: [], reason: expect.stringContaining("is even enough") });
    const topology = cluster();
    const lopsided = topology.groups.map(({ name, table }) => ({
      name,
      table: table.map((row, shard) => (shard < 15 ? ["a", "b"] : row)),
    }));
    const made = plan({ kind: "rebalance" }, { ...topology, groups: lopsided });
    const counts = done({ ...topology, groups: lopsided }, made).groups[0]?.table.flat() ?? [];
    for (const id of ["a", "b", "c"]) expect(counts.filter((owner) => owner === id).length).toBeLessThanOrEqual(11);
  });

  it("evens out what no cap forbids only when that gains enough", () => {
    const four = buildTopology(
      { clusterId: "c", nodes: ["a", "b", "c", "d"].map((id) => server(id)), replicationFactor: 1, shards: 16 },
      hasher,
    );
    const made = plan({ kind: "node add", nodes: [server("e")] }, four);
    expect(made.copies.replicas).toBe(0); // 16 shards over 5 nodes: a cap of 4 is what they have
    const five = done(four, made);
    expect(five.joining).toBeUndefined();
    expect(movesOf(plan({ kind: "rebalance" }, five))).toHaveLength(3);
    expect(movesOf(plan({ kind: "rebalance", minGain: 2 }, five))).toEqual([]);
  });

  it("counts what is copied, and cuts steps by it", () => {
    const sizes = new Map(Array.from({ length: 16 }, (_, shard) => [shard, { documents: 100, bytes: 5000 }]));
    const made = plan({ kind: "node add", nodes: [server("d")] }, cluster(), { sizes, limits: { documents: 250 } });
    const moved = movesOf(made).length;
    expect(made.copies).toEqual({ replicas: moved, documents: 100 * moved, bytes: 5000 * moved });
    expect(moveSteps(made).map(({ moves }) => moves.length)).toEqual([...Array(moved / 2).fill(2)]);
  });

  it.each<[string, Wish]>([
    ["servers that have joined", { kind: "node add", nodes: [server("b"), { url: "http://a.test:7700/" }] }],
    ["the factor in force", { kind: "rf set", replicationFactor: 2 }],
    ["the number of shards in force", { kind: "reshard", shards: 16 }],
  ])("finds nothing to do for %s", (_, wish) => {
    const topology = cluster();
    expect(plan(wish, topology)).toMatchObject({ isNeeded: false, steps: [], arrivals: [], target: topology });
  });

  it("adds the servers of a wish that have not joined yet, and leaves the others alone", () => {
    const [both, one] = [[server("a"), server("d")], [server("d")]].map((nodes) => plan({ kind: "node add", nodes }));
    expect(both).toEqual(one);
    expect(both).toMatchObject({ isNeeded: true, arrivals: [{ id: "d" }] });
  });

  const two = () => cluster([server("a"), server("b")]);
  const grouped = () => cluster([server("a", "g"), server("b", "g"), server("x", "h"), server("y", "h")]);
  it.each<[string, Wish, () => Topology, string]>([
    ["an id that is taken", { kind: "node add", nodes: [{ id: "a", url: "http://other" }] }, cluster, "`nodes[0].id`"],
    ["an address that is taken", { kind: "node add", nodes: [{ ...server("a"), id: "z" }] }, cluster, "`nodes[0].url`"],
    ["an address that is none", { kind: "node add", nodes: [{ url: "d" }] }, cluster, "`nodes[0].url`"],
    ["no node at all", { kind: "node add", nodes: [] }, cluster, "`nodes`"],
    ["a node without a group", { kind: "node add", nodes: [server("z")] }, grouped, "g, h"],
    ["a group that is unknown", { kind: "node add", nodes: [server("z", "k")] }, grouped, '`group` is "k"'],
    ["a node that is unknown", { kind: "node remove", node: "z" }, cluster, "Name one of the nodes: a, b, c."],
    ["one node too few", { kind: "node remove", node: "a" }, two, "`miroir rf set 1`"],
    ["an heir of another group", { kind: "node replace", node: "a", by: server("z", "h") }, grouped, "`by.group`"],
    ["a group that is there", { kind: "group add", group: "g", nodes: [server("z"), server("w")] }, grouped, "`group`"],
    ["a group that is too small", { kind: "group add", group: "k", nodes: [server("z")] }, grouped, "`nodes`"],
    ["the last group", { kind: "group remove", group: "default" }, cluster, "No other group"],
    ["a factor above a group's nodes", { kind: "rf set", replicationFactor: 4 }, cluster, "nodes for 1 to 3"],
    ["a number of shards that is none", { kind: "reshard", shards: 48 }, cluster, "a power of two"],
    ["a gain below nothing", { kind: "rebalance", minGain: -1 }, cluster, "`minGain`"],
  ])("refuses %s", (_, wish, topology, words) => {
    expect(() => plan(wish, topology())).toThrow(expect.objectContaining({ code: "miroir_invalid_config" }));
    expect(() => plan(wish, topology())).toThrow(words);
  });

  it("refuses to drain the last node of a group that can hold anything", () => {
    const one = buildTopology({ clusterId: "c", nodes: [server("a")], replicationFactor: 1, shards: 16 }, hasher);
    expect(() => plan({ kind: "node drain", node: "a" }, one)).toThrow("Nobody else in group `default`");
  });
});
