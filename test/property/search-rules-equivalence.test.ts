import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { metaOf } from "../../src/index.ts";
import { startCluster, startNodes } from "../support/cluster.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`search rules equivalence: SEED=${seed}\n`);

const UID = "scenario_ruled";
const WORDS = ["glass", "sea", "light", "harbour"];
const GENRES = ["drama", "crime", "essay"];
const IDS = 24;

const DOCUMENTS = Array.from({ length: IDS }, (_, id) => ({
  id,
  title: `${WORDS[id % 4]} ${WORDS[(id * 3 + 1) % 4]}`,
  genre: GENRES[id % 3],
  place: (id * 7) % 25,
}));

const SETTINGS = {
  filterableAttributes: ["id", "genre", "place"],
  // No two documents tie, so that one server's order is the only one.
  rankingRules: ["words", "typo", "proximity", "attribute", "sort", "exactness", "place:asc"],
};

const pins = fc.array(fc.tuple(fc.nat(IDS + 2), fc.oneof(fc.nat(6), fc.nat(40))), { minLength: 1, maxLength: 4 });
const conditions = fc.oneof(
  fc.constant({}),
  fc.record({ query: fc.record({ words: fc.constantFrom(...WORDS, "glass sea") }) }),
  fc.record({ query: fc.record({ isEmpty: fc.boolean() }) }),
  fc.record({ filter: fc.record({ values: fc.record({ genre: fc.constantFrom(...GENRES) }) }) }),
);
/** Precedences are the rules' places, so that no two are equal. */
const rules = fc.array(fc.record({ pins, conditions, active: fc.boolean() }), { minLength: 1, maxLength: 6 });

const searches = fc.record(
  {
    q: fc.constantFrom("", "glass", "glass sea", "light -harbour", "zzz"),
    filter: fc.constantFrom<string | string[]>(
      ...["genre = drama", "genre != essay", "place < 12 OR genre = crime"],
      ...[["genre = crime"], "id IN [1, 4, 9, 12, 20]"],
    ),
    offset: fc.nat(8),
    limit: fc.integer({ min: 0, max: 12 }),
    page: fc.integer({ min: 1, max: 3 }),
    hitsPerPage: fc.integer({ min: 1, max: 6 }),
    attributesToRetrieve: fc.constantFrom(["title"], ["id", "place"]),
    facets: fc.constant(["genre"]),
  },
  { requiredKeys: ["q"] },
);

function timeless(answer: object): JsonObject {
  const { processingTimeMs: _, requestUid: __, ...rest } = answer as JsonObject;
  return rest;
}

/** Whether two rules have the same pin: which of them made it is not known. */
function sharesPins(set: readonly { readonly pins: readonly (readonly [number, number])[] }[]): boolean {
  const own = set.map((rule) => new Set(rule.pins.map(String)));
  return new Set(own.flatMap((keys) => [...keys])).size < own.reduce((sum, { size }) => sum + size, 0);
}

describe(`searches under random rules equal one node's (SEED=${seed})`, () => {
  for (const replicationFactor of [1, 2]) {
    it(`with ${replicationFactor} of each document`, { timeout: 300_000 }, async () => {
      const { client, connect } = await startCluster({ replicationFactor });
      const [whole = expect.fail("no node")] = await startNodes(1);
      const single = connect({ nodes: [whole.url], replicationFactor: 1 });
      for (const each of [client, single]) {
        await each.updateExperimentalFeatures({ dynamicSearchRules: true });
        await each.index(UID).updateSettings(SETTINGS).waitTask();
        await each.index(UID).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask();
      }
      const property = fc.asyncProperty(
        rules,
        fc.array(searches, { minLength: 8, maxLength: 8 }),
        async (set, asked) => {
          for (const each of [client, single]) {
            await each.deleteAllDynamicSearchRules().waitTask();
            const tasks = set.map((rule, precedence) => {
              const actions = rule.pins.map(([id, position]) => {
                return { selector: { indexUid: UID, id: String(id) }, action: { type: "pin" as const, position } };
              });
              return each.updateDynamicSearchRule(`rule-${precedence}`, {
                ...rule,
                pins: undefined,
                precedence,
                actions,
              } as object);
            });
            await each.tasks.waitForTasks(await Promise.all(tasks));
          }
          for (const search of asked) {
            const answer = await client.index(UID).search(null, search as object);
            const isExact = metaOf(answer)?.exact === true;
            if (!sharesPins(set)) expect(isExact, "the answer claims to be exact").toBe(true);
            if (isExact) {
              expect(timeless(answer)).toEqual(timeless(await single.index(UID).search(null, search as object)));
            }
          }
        },
      );
      await fc.assert(property, { seed: seed + replicationFactor, numRuns: 40 });
    });
  }
});
