import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { buildTopology, parseTopology, type Topology } from "../../src/cluster/topology.ts";
import { holdersIn } from "../../src/jobs/plan/goal.ts";
import { movesOf, type Plan } from "../../src/jobs/plan/plan.ts";
import { planChange } from "../../src/jobs/plan/plan-change.ts";
import {
  isSwitched,
  topologyForPhase,
  topologyWhenDone,
  topologyWithArrivals,
} from "../../src/jobs/plan/topology-for-phase.ts";
import type { Wish } from "../../src/jobs/plan/wish.ts";
import { capacities } from "../../src/routing/placement/capacity.ts";
import { type Hasher, loadHasher } from "../../src/routing/shard.ts";

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
const check = (property: fc.IRawProperty<unknown>, numRuns: number): void => {
  process.stdout.write(`plan properties: seed ${seed}\n`);
  fc.assert(property, { seed, numRuns });
};

const url = (id: string) => `http://${id}.test:7700`;

interface Shape {
  readonly nodes: number;
  readonly groups: number;
  readonly shards: number;
  readonly replicationFactor: number;
}

/** Clusters of a few nodes in each group. */
const shape: fc.Arbitrary<Shape> = fc
  .record({ nodes: fc.integer({ min: 1, max: 6 }), groups: fc.integer({ min: 1, max: 2 }) })
  .chain(({ nodes, groups }) =>
    fc.record({
      ...{ nodes: fc.constant(nodes), groups: fc.constant(groups) },
      shards: fc.constantFrom(16, 32, 64, 128),
      replicationFactor: fc.integer({ min: 1, max: Math.min(nodes, 3) }),
    }),
  );

function topologyOf({ nodes, groups, shards, replicationFactor }: Shape): Topology {
  const names = Array.from({ length: groups }, (_, group) => `g${group}`);
  const members = names.flatMap((group) =>
    Array.from({ length: nodes }, (_, node) => ({ id: `${group}-${node}`, url: url(`${group}-${node}`), group })),
  );
  return buildTopology({ clusterId: "cluster", nodes: members, replicationFactor, shards }, hasher);
}

/** Any wish that makes sense for a cluster of a shape. */
function wishFor({ nodes, groups, shards, replicationFactor }: Shape): fc.Arbitrary<Wish> {
  const member = fc.integer({ min: 0, max: nodes - 1 }).map((node) => `g0-${node}`);
  const fresh = (count: number) =>
    fc.constant(
      Array.from({ length: count }, (_, node) => ({ url: url(`new-${node}`), id: `new-${node}`, group: "g0" })),
    );
  const wishes: fc.Arbitrary<Wish>[] = [
    fc
      .integer({ min: 1, max: 3 })
      .chain(fresh)
      .map((added) => ({ kind: "node add", nodes: added })),
    member.map((node) => ({ kind: "node replace", node, by: { url: url("heir"), id: "heir" } })),
    fc.constant({ kind: "group add", group: "more", nodes: newGroup(nodes) }),
    fc.constant({ kind: "rebalance", minGain: 0 }),
    fc.constantFrom(16, 32, 64, 128, 256).map((to) => ({ kind: "reshard", shards: to === shards ? shards * 2 : to })),
  ];
  if (nodes > replicationFactor) {
    wishes.push(member.map((node) => ({ kind: "node drain", node })));
    wishes.push(member.map((node) => ({ kind: "node remove", node })));
    wishes.push(fc.constant({ kind: "rf set", replicationFactor: replicationFactor + 1 }));
  }
  if (replicationFactor > 1) wishes.push(fc.constant({ kind: "rf set", replicationFactor: replicationFactor - 1 }));
  if (groups > 1) wishes.push(fc.constant({ kind: "group remove", group: "g1" }));
  return fc.oneof(...wishes);
}

function newGroup(nodes: number) {
  return Array.from({ length: nodes }, (_, node) => ({ url: url(`more-${node}`), id: `more-${node}` }));
}

const scenario = shape.chain((made) => wishFor(made).map((wish) => ({ shape: made, wish })));

/** Goes through every phase of a plan; each topology on the way must be one that a store would take. */
function carryOut(before: Topology, plan: Plan, seen: (topology: Topology) => void = () => undefined): Topology {
  let topology = topologyWithArrivals(before, plan);
  seen(topology);
  for (const step of plan.steps) {
    for (const phase of ["copying", "holding", "switched", "released"] as const) {
      topology = topologyForPhase(topology, { job: "j", step, phase });
      seen(topology);
      expect(isSwitched(topology, step)).toBe(phase === "switched" || phase === "released");
    }
  }
  return topologyWhenDone(topology, plan);
}

function expectSound(topology: Topology): void {
  expect(() => parseTopology(topology)).not.toThrow();
  for (const { name, table } of topology.groups) {
    const members = new Set(holdersIn(topology, name).map(({ id }) => id));
    for (const row of table) {
      expect(row).toHaveLength(topology.replicationFactor);
      expect(new Set(row).size).toBe(row.length);
      for (const id of row) expect(members).toContain(id);
    }
  }
}

/** Owners and standing, whatever the order of rows and the epoch. */
function meaning({ epoch: _, ...topology }: Topology): unknown {
  const groups = topology.groups.map(({ name, table }) => ({ name, table: table.map((row) => [...row].sort()) }));
  return { ...topology, groups, joining: [...(topology.joining ?? [])].sort() };
}

/** Replicas above a node's cap, which some other node has to get. */
function aboveCaps(topology: Topology, members: readonly { id: string; weight: number }[], group: string): number {
  const table = topology.groups.find(({ name }) => name === group)?.table ?? [];
  const caps = capacities(members, topology.shards, topology.replicationFactor);
  return members.reduce((sum, { id }, position) => {
    const held = table.filter((row) => row.includes(id)).length;
    return sum + Math.max(0, held - (caps[position] ?? 0));
  }, 0);
}

/** Fewest replicas that must be copied for a wish, whoever plans it. */
function fewestCopies(topology: Topology, wish: Wish, plan: Plan): number {
  const { shards } = topology;
  const heldIn = (node: string) =>
    topology.groups.flatMap(({ table }) => table).filter((row) => row.includes(node)).length;
  switch (wish.kind) {
    case "node add":
      return aboveCaps(topology, holdersIn(plan.target, "g0"), "g0");
    case "node drain":
    case "node remove":
    case "node replace":
      return heldIn(wish.node);
    case "group add":
      return shards * topology.replicationFactor;
    case "rf set":
      return Math.max(0, wish.replicationFactor - topology.replicationFactor) * shards * topology.groups.length;
    case "reshard":
      return fewestToMerge(topology, wish.shards);
    default:
      return 0;
  }
}

/** For shards that become one, the nodes that hold most of them keep what they hold. */
function fewestToMerge({ shards, replicationFactor, groups }: Topology, to: number): number {
  let copies = 0;
  for (const { table } of groups) {
    for (let shard = 0; shard < Math.min(to, shards); shard++) {
      const parts = table.filter((_, old) => old % to === shard);
      const held = new Map<string, number>();
      for (const id of parts.flat()) held.set(id, (held.get(id) ?? 0) + 1);
      const most = [...held.values()].sort((a, b) => b - a).slice(0, replicationFactor);
      for (const count of most) copies += parts.length - count;
    }
  }
  return copies;
}

describe("plans", { timeout: 60_000 }, () => {
  it("lead through sound topologies to the target, with RF different members of its group in every row", () => {
    check(
      fc.property(scenario, ({ shape: made, wish }) => {
        const before = topologyOf(made);
        const plan = planChange(wish, { topology: before, hasher });
        const after = carryOut(before, plan, (topology) => expect(() => parseTopology(topology)).not.toThrow());
        expectSound(after);
        expect(meaning(after)).toEqual(meaning(plan.target));
        expect(after.change).toBeUndefined();
      }),
      250,
    );
  });

  it("never leave a shard with fewer owners than before or after, on the way", () => {
    check(
      fc.property(scenario, ({ shape: made, wish }) => {
        const before = topologyOf(made);
        const plan = planChange(wish, { topology: before, hasher });
        const fewest = Math.min(before.replicationFactor, plan.target.replicationFactor);
        carryOut(before, plan, ({ groups }) => {
          for (const row of groups.find(({ name }) => name === "g0")?.table ?? []) {
            expect(row.length).toBeGreaterThanOrEqual(fewest);
          }
        });
      }),
      100,
    );
  });

  it("copy little more than any plan would have to", () => {
    const sums = new Map<string, { moved: number; needed: number }>();
    check(
      fc.property(
        scenario.filter(({ wish }) => wish.kind !== "rebalance"),
        ({ shape: made, wish }) => {
          const before = topologyOf(made);
          const plan = planChange(wish, { topology: before, hasher });
          const needed = fewestCopies(before, wish, plan);
          const sum = sums.get(wish.kind) ?? { moved: 0, needed: 0 };
          sum.moved += plan.copies.replicas;
          sum.needed += needed;
          sums.set(wish.kind, sum);
          expect(plan.copies.replicas).toBeGreaterThanOrEqual(needed);
        },
      ),
      2000,
    );
    for (const [kind, { moved, needed }] of sums) {
      process.stdout.write(`${kind}: ${moved} replicas copied, ${needed} needed\n`);
      expect(moved).toBeLessThanOrEqual(needed * 1.05);
    }
  });

  it("do not depend on the order of the nodes", () => {
    const shuffled = scenario.chain((made) =>
      fc.record({
        made: fc.constant(made),
        order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], { minLength: 12 }),
      }),
    );
    check(
      fc.property(shuffled, ({ made: { shape: made, wish }, order }) => {
        const topology = topologyOf(made);
        const nodes = order.flatMap((position) => topology.nodes[position] ?? []);
        const one = planChange(wish, { topology, hasher });
        const other = planChange(wish, { topology: { ...topology, nodes }, hasher });
        expect(other.steps).toEqual(one.steps);
      }),
      200,
    );
  });

  it("come to the same end when they are made again half-way, and to nothing at the end", () => {
    const halfway = scenario.chain((made) => fc.record({ made: fc.constant(made), done: fc.nat({ max: 40 }) }));
    check(
      fc.property(halfway, ({ made: { shape: made, wish }, done }) => {
        const before = topologyOf(made);
        const plan = planChange(wish, { topology: before, hasher });
        let topology = topologyWithArrivals(before, plan);
        for (const step of plan.steps.slice(0, done)) {
          topology = topologyForPhase(topology, { job: "j", step, phase: "released" });
        }
        const again = planChange(wish, { topology, hasher, isBegun: true });
        const after = carryOut(topology, again);
        expectSound(after);
        expect(planChange(wish, { topology: after, hasher, isBegun: true }).steps).toEqual([]);
      }),
      300,
    );
  });

  it("move no more at once than the limits say, and every move once", () => {
    const limited = scenario.chain((made) =>
      fc.record({
        made: fc.constant(made),
        documents: fc.integer({ min: 1, max: 500 }),
        shards: fc.integer({ min: 1, max: 6 }),
      }),
    );
    check(
      fc.property(limited, ({ made: { shape: made, wish }, ...limits }) => {
        const topology = topologyOf(made);
        const sizes = new Map(
          Array.from({ length: made.shards }, (_, shard) => [shard, { documents: (shard * 37) % 200, bytes: 0 }]),
        );
        const plan = planChange(wish, { topology, hasher, sizes, limits });
        for (const step of plan.steps) {
          if (step.kind !== "move") continue;
          const shards = [...new Set(step.moves.map(({ shard }) => shard))];
          const documents = shards.reduce((sum, shard) => sum + (sizes.get(shard)?.documents ?? 0), 0);
          expect(shards.length).toBeLessThanOrEqual(limits.shards);
          if (shards.length > 1) expect(documents).toBeLessThanOrEqual(limits.documents);
        }
        const keys = movesOf(plan).map(({ group, shard }) => `${group}/${shard}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      300,
    );
  });
});
