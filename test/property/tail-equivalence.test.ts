import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import type { ClusterSettings, OwnStrategy, StrategyName } from "../../src/index.ts";
import type { ClusterShape } from "../support/cluster-config.ts";
import { largeCorpus } from "../support/equivalence/corpus.ts";
import { pagedSearches } from "../support/equivalence/paged-searches.ts";
import { UID } from "../support/equivalence/reference.ts";
import { CALM, cause, troubles } from "../support/equivalence/troubles.ts";
import { answerWholly } from "../support/equivalence/whole-answer.ts";
import { startWorld, type World } from "../support/equivalence/world.ts";
import { printedSeed } from "../support/printed-seed.ts";

const total = Number(process.env["SEARCHES"] ?? 180);
const seed = printedSeed(`tail equivalence: ${total} searches`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 3, replicationFactor: 2 },
  { nodes: 4, replicationFactor: 2, shards: 64 },
  { nodes: 4, groups: 2, replicationFactor: 1 },
];

/** Hedges as early and as often as may be; a slow node goes on being asked. */
const EAGER: ClusterSettings = { hedging: { floorMs: 1, share: 1, burst: 1000 }, replicaSelection: "random" };

/** A search that every node has hits for. */
const EASY: JsonObject = { q: "star", limit: 3 };

/** Searches after which quantiles are known of every node, though each of them asks some nodes only. */
const WARM_UP = 80;

/** Some of the searches also choose documents by their ids. */
const keyedSearches: fc.Arbitrary<JsonObject> = fc
  .tuple(
    pagedSearches,
    fc.option(fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 }), { nil: undefined, freq: 3 }),
  )
  .map(([search, ids]) =>
    ids === undefined ? search : { ...search, filter: [...[search["filter"] ?? []].flat(), `id IN [${ids}]`] },
  );

/** What the searches of this file met with. */
const met = { searches: 0, fired: 0, won: 0, failures: 0 };

/** Searches in one trouble after another. */
function searchInTrouble(world: World, { numRuns, own, times }: { numRuns: number; own: number; times?: number }) {
  const property = fc.asyncProperty(keyedSearches, troubles, async (search, trouble) => {
    cause(trouble, world.nodes, times);
    const { read, failures } = await answerWholly(world, search);
    met.searches += 1;
    met.fired += read?.hedges.fired ?? 0;
    met.won += read?.hedges.won ?? 0;
    met.failures += failures.length;
  });
  // What goes wrong depends on when, so that a smaller example would prove nothing.
  return fc.assert(property, { seed: own, numRuns, endOnFailure: true });
}

describe(`searches of a cluster in trouble equal one node's, up to exact ties (SEED=${seed})`, () => {
  const numRuns = Math.max(1, Math.ceil(total / SHAPES.length / 3));
  for (const [position, shape] of SHAPES.entries()) {
    const { nodes = 3, groups = 1, replicationFactor = 1 } = shape;
    const name = `${nodes} nodes, ${groups} group${groups > 1 ? "s" : ""}, replication ${replicationFactor}`;
    it(`${name}: slow, broken, overloaded and killed nodes`, { timeout: 120_000 }, async () => {
      const own = seed + position;
      const world = await startWorld({ ...shape, settings: EAGER }, largeCorpus(own));
      for (let search = 0; search < WARM_UP; search++) await world.client.index(UID).search(null, EASY);
      await searchInTrouble(world, { numRuns, own });
      const victim = world.nodes.at(-1);
      await victim?.crash({ keepData: true });
      // Beside the killed node another may hold the last replica, which is asked a second time.
      await searchInTrouble(world, { numRuns, own: own + 1000, times: 1 });
      cause(CALM, world.nodes);
      await victim?.restart();
      while (!(await answerWholly(world, EASY)).nodes.includes(`node-${nodes - 1}`));
      await searchInTrouble(world, { numRuns, own: own + 2000 });
    });
  }

  it("met with failures, and with hedges that were first", () => {
    process.stdout.write(`tail equivalence: ${JSON.stringify(met)}\n`);
    expect(met.won).toBeGreaterThan(0);
    expect(met.failures).toBeGreaterThan(0);
  });
});

describe(`searches equal one node's whoever chooses the replicas (SEED=${seed})`, () => {
  it("adaptive, round-robin, random, nearest, or a function", { timeout: 120_000 }, async () => {
    const world = await startWorld({ nodes: 4, groups: 2, replicationFactor: 2, shards: 64 }, largeCorpus(seed));
    const strategies: (StrategyName | OwnStrategy)[] = [
      ...(["adaptive", "round-robin", "random", "nearest"] as const),
      (candidates) => candidates.map(({ id }) => id).reverse(),
    ];
    const views = strategies.map((replicaSelection) => ({ ...world, client: world.connect({ replicaSelection }) }));
    const property = fc.asyncProperty(keyedSearches, async (search) => {
      for (const view of views) await answerWholly(view, search);
    });
    await fc.assert(property, { seed, numRuns: Math.ceil(total / 9) });
  });
});
