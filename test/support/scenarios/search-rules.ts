import type { MeilisearchApiError, SearchRuleUpdatePayload } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { MiroirClient, metaOf } from "../../../src/index.ts";
import type { ClusterShape, TestCluster } from "../cluster.ts";
import type { Environment } from "../environment.ts";
import { eventually } from "../eventually.ts";

const BOOKS = "scenario_books";
const SHOPS = "scenario_shops";
/** The same documents on one node alone, past miroir. */
const WHOLE: Readonly<Record<string, string>> = { [BOOKS]: "scenario_whole", [SHOPS]: "scenario_whole_shops" };

const DOCUMENTS = Array.from({ length: 60 }, (_, id) => ({
  id: id + 1,
  title: `${["glass", "sea of glass", "harbour", "harbor light"][id % 4]} ${id + 1}`,
  genre: ["drama", "crime", "essay"][id % 3],
  place: (id * 37) % 61,
}));

const SETTINGS = {
  searchableAttributes: ["title"],
  filterableAttributes: ["id", "genre", "place"],
  sortableAttributes: ["place"],
  // No two documents tie, so that one server's order is the only one.
  rankingRules: ["words", "typo", "proximity", "attribute", "sort", "exactness", "place:asc"],
};

type Rule = Omit<SearchRuleUpdatePayload, "actions"> & {
  readonly pins: readonly (readonly [id: string, position: number])[];
};

/** Rules of every kind: by precedence some hold back those after them, name what is not there, or what another names. */
const RULES: Readonly<Record<string, Rule>> = {
  further: { precedence: 1, pins: [["20", 5]] },
  first: { precedence: 2, pins: [["25", 0]] },
  worded: {
    precedence: 3,
    conditions: { query: { words: "glass" } },
    pins: [
      ["7", 2],
      ["8", 2],
    ],
  },
  empty: {
    precedence: 4,
    conditions: { query: { isEmpty: true } },
    pins: [
      ["30", 1],
      ["31", 9],
    ],
  },
  filtered: {
    precedence: 5,
    conditions: { filter: { values: { genre: "drama" } } },
    pins: [
      ["10", 0],
      ["13", 3],
    ],
  },
  far: { precedence: 6, pins: [["41", 500]] },
  inactive: { precedence: 0, active: false, pins: [["33", 0]] },
  unknown: {
    precedence: 7,
    pins: [
      ["none", 0],
      ["42", 0],
    ],
  },
  again: {
    precedence: 8,
    pins: [
      ["25", 8],
      ["20", 1],
    ],
  },
  late: { conditions: { time: { start: "2099-01-01T00:00:00Z" } }, pins: [["44", 0]] },
};

function payload({ pins, ...rule }: Rule, indexUid: string): SearchRuleUpdatePayload {
  const actions = pins.map(([id, position]) => ({
    selector: { indexUid, id },
    action: { type: "pin" as const, position },
  }));
  return { ...rule, actions };
}

/** Two indexes over the nodes and on the first node alone, and the rules for both; without any when the test ends. */
async function ruled(cluster: TestCluster, rules: Readonly<Record<string, Rule>> = RULES): Promise<TestCluster> {
  await switchOn(cluster);
  const [direct = expect.fail("no node")] = cluster.directs;
  for (const [uid, whole] of Object.entries(WHOLE)) {
    for (const index of [cluster.client.index(uid), direct.index(whole)]) {
      await index.updateSettings(SETTINGS).waitTask({ timeout: 60_000 });
      await index.addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask({ timeout: 60_000 });
    }
  }
  await putRules(cluster.client, rules);
  return cluster;
}

async function putRules(client: MiroirClient, rules: Readonly<Record<string, Rule>>): Promise<void> {
  const tasks = [];
  for (const [uid, rule] of Object.entries(rules)) {
    tasks.push(await client.updateDynamicSearchRule(uid, payload(rule, BOOKS)));
    tasks.push(await client.updateDynamicSearchRule(`${uid}-whole`, payload(rule, WHOLE[BOOKS] ?? "")));
  }
  for (const { error } of await client.tasks.waitForTasks(tasks, { timeout: 60_000 })) {
    if (error !== null) throw new Error(error.message);
  }
}

async function switchOn({ client, directs }: TestCluster): Promise<void> {
  await client.updateExperimentalFeatures({ dynamicSearchRules: true });
  onTestFinished(async () => {
    for (const direct of directs) {
      await direct.updateExperimentalFeatures({ dynamicSearchRules: true });
      await direct.deleteAllDynamicSearchRules().waitTask({ timeout: 60_000 });
      await direct.updateExperimentalFeatures({ dynamicSearchRules: false });
    }
  });
}

const WINDOWS = [
  { limit: 3 },
  { limit: 12 },
  { limit: 4, offset: 4 },
  { hitsPerPage: 3, page: 2 },
  { page: 4 },
  { limit: 100 },
];
const QUERIES = [{}, { q: "glass" }, { q: "sea of glass" }, { q: "zzz" }, { q: "harbour -30" }];
const OTHERS = [
  {},
  { filter: "genre = drama" },
  { filter: ["place < 40", ["genre = drama", "genre = crime"]], facets: ["genre"] },
  // Only the shards of these documents are asked, and some of those that rules pin are in others.
  { filter: "id IN [9, 20, 25, 26, 30, 34] AND genre != essay" },
  { sort: ["place:desc"], attributesToRetrieve: ["title"] },
  { distinct: "genre", attributesToRetrieve: ["id", "genre"] },
];

/** Every combination. */
function searches(): JsonObject[] {
  return WINDOWS.flatMap((window) =>
    QUERIES.flatMap((query) => OTHERS.map((other) => ({ ...window, ...query, ...other }) as JsonObject)),
  );
}

/** What must be the same in the answers to one search. */
function comparable(answer: unknown): JsonObject {
  const { processingTimeMs: _, requestUid: __, ...rest } = answer as JsonObject;
  return rest;
}

/** Totals of distinct values depend on how far the nodes looked. */
function withoutTotals({ estimatedTotalHits: _, totalHits: __, totalPages: ___, ...rest }: JsonObject): JsonObject {
  return rest;
}

async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: MeilisearchApiError) => ({ status: error.response.status, body: error.cause }),
  );
}

function pinTo(position: number, id = "9", indexUid = BOOKS): SearchRuleUpdatePayload {
  return payload({ pins: [[id, position]] }, indexUid);
}

async function idsOf(client: MiroirClient, uid: string, search: JsonObject = {}): Promise<number[]> {
  const { hits } = await client.index(uid).search<{ id: number }>(null, { limit: 4, ...search });
  return hits.map(({ id }) => id);
}

/** Dynamic search rules: kept once for the cluster, in force in every search. */
export function searchRuleScenarios({ name, open }: Environment): void {
  const shapes: Readonly<Record<string, ClusterShape>> = {
    "pins what one server pins, at its places, with one of each document": { replicationFactor: 1 },
    "pins what one server pins, at its places, with two of each document": { replicationFactor: 2 },
  };

  describe(`dynamic search rules over ${name}`, () => {
    for (const [title, shape] of Object.entries(shapes)) {
      it(title, { timeout: 300_000 }, async () => {
        const { client, directs } = await ruled(await open(shape));
        const [direct = expect.fail("no node")] = directs;
        for (const search of searches()) {
          const answer = await client.index(BOOKS).search(null, search);
          const expected = await direct.index(WHOLE[BOOKS] ?? "").search(null, search);
          const form =
            search["distinct"] === undefined ? comparable : (each: unknown) => withoutTotals(comparable(each));
          expect(form(answer), JSON.stringify(search)).toEqual(form(expected));
          if (search["distinct"] === undefined && search["filter"] === undefined) {
            expect(metaOf(answer)?.exact, JSON.stringify(search)).toBe(true);
          }
        }
        await expectOthersAlike(client, direct);
      });
    }

    it("shows and lists rules as they were given", { timeout: 120_000 }, async () => {
      const cluster = await open();
      await switchOn(cluster);
      const { client } = cluster;
      const rule = {
        description: "first of the sea",
        precedence: 3,
        conditions: { query: { words: "sea" }, time: { end: "2099-11-28t00:00:00.500z" } },
        ...pinTo(1),
      };
      const task = await client.updateDynamicSearchRule("sea", rule).waitTask({ timeout: 60_000 });
      const conditions = { time: { end: "2099-11-28T00:00:00.5Z" }, query: { words: "sea" } };
      const kept = { description: "first of the sea", precedence: 3, conditions, actions: rule.actions };
      expect(task).toMatchObject({ indexUid: ".meili_dsr", type: "dsrUpdate", status: "succeeded" });
      expect(task.details).toEqual({ rule: kept, updatedRules: 1 });
      const shown = await client.getDynamicSearchRule("sea");
      expect(shown).toEqual({ uid: "sea", active: true, lastUpdatedAt: shown.lastUpdatedAt, ...kept });

      await client.updateDynamicSearchRule("land", { active: false, ...pinTo(2) }).waitTask({ timeout: 60_000 });
      await client.updateDynamicSearchRule("sea", { precedence: null }).waitTask({ timeout: 60_000 });
      const { precedence: _, ...rest } = kept;
      const changed = await client.getDynamicSearchRule("sea");
      expect(changed).toEqual({ uid: "sea", active: true, lastUpdatedAt: changed.lastUpdatedAt, ...rest });
      expect(String(changed.lastUpdatedAt) > String(shown.lastUpdatedAt)).toBe(true);
      const uids = async (list: object) => {
        const { results, ...page } = await client.getDynamicSearchRules(list);
        return [results.map(({ uid }) => uid), page];
      };
      expect(await uids({})).toEqual([["sea", "land"], { offset: 0, limit: 20, total: 2 }]);
      expect(await uids({ offset: 1, limit: 1 })).toEqual([["land"], { offset: 1, limit: 1, total: 2 }]);
      expect(await uids({ filter: { active: false } })).toEqual([["land"], { offset: 0, limit: 20, total: 1 }]);
      expect(await uids({ filter: { query: "sea" } })).toEqual([["sea"], { offset: 0, limit: 20, total: 1 }]);

      const deletion = await client.deleteDynamicSearchRule("sea").waitTask({ timeout: 60_000 });
      expect(deletion.details).toEqual({ updatedRules: 1 });
      expect(await refusalOf(client.getDynamicSearchRule("sea"))).toMatchObject({ status: 404 });
      const clearing = await client.deleteAllDynamicSearchRules().waitTask({ timeout: 60_000 });
      expect(clearing).toMatchObject({ type: "dsrClear", details: { deletedDocuments: 1 } });
      expect(await uids({})).toEqual([[], { offset: 0, limit: 20, total: 0 }]);
    });

    it("refuses what a server refuses, in its words", async () => {
      const cluster = await open();
      const { client, directs } = cluster;
      const [direct = expect.fail("no node")] = directs;
      const rules = [
        ...[{ foo: 1 }, { precedence: -1 }, { conditions: { query: { isEmpty: true, words: "x" } } }],
        ...[{ conditions: { time: { start: "2025-11-28T00:00:00Z", end: "2025-11-27T00:00:00.5+01:00" } } }],
        ...[{ conditions: { time: { start: "soon" } } }, { actions: [{}] }, pinTo(2 ** 32), pinTo(-1)],
        ...[pinTo(0, "1", "bad uid"), { actions: [{ selector: { id: "1" }, action: { type: "hide" } }] }],
      ] as SearchRuleUpdatePayload[];
      const lists = [{ foo: 1 }, { limit: -1 }, { filter: { query: 3 } }] as object[];
      const expectAlike = async () => {
        for (const rule of [...rules, {}]) {
          const expected = await refusalOf(direct.updateDynamicSearchRule("x", rule));
          if (expected !== undefined)
            expect(await refusalOf(client.updateDynamicSearchRule("x", rule))).toEqual(expected);
        }
        for (const list of [...lists, {}]) {
          expect(await refusalOf(client.getDynamicSearchRules(list))).toEqual(
            await refusalOf(direct.getDynamicSearchRules(list)),
          );
        }
        expect(await refusalOf(client.getDynamicSearchRule("x"))).toEqual(
          await refusalOf(direct.getDynamicSearchRule("x")),
        );
      };
      await expectAlike();
      expect(await refusalOf(client.deleteAllDynamicSearchRules())).toMatchObject({ status: 400 });
      await switchOn(cluster);
      rules.push(...([{ precedence: 1.5 }] as SearchRuleUpdatePayload[]));
      for (const rule of rules) {
        const expected = await refusalOf(direct.updateDynamicSearchRule("x", rule));
        expect(expected).toBeDefined();
        expect(await refusalOf(client.updateDynamicSearchRule("x", rule))).toEqual(expected);
      }
      await using unscanned = new MiroirClient(cluster.config);
      const reserved = { conditions: { filter: { values: { _miroir_shard: "x" } } } };
      await expect(unscanned.updateDynamicSearchRule("x", reserved)).rejects.toMatchObject({
        code: "miroir_reserved_field",
      });
      await expect(client.updateDynamicSearchRule("x", pinTo(0, "1", "miroir__state"))).rejects.toMatchObject({
        code: "miroir_reserved_field",
      });
    });

    it("keeps rules with the name of an index that is swapped, renamed, or made again", {
      timeout: 300_000,
    }, async () => {
      const cluster = await ruled(await open(), {});
      const { client } = cluster;
      const wait = { timeout: 60_000 };
      await client.updateDynamicSearchRule("one", pinTo(0, "9", BOOKS)).waitTask(wait);
      await client.updateDynamicSearchRule("two", pinTo(0, "8", SHOPS)).waitTask(wait);
      const firsts = async () => [(await idsOf(client, BOOKS))[0], (await idsOf(client, SHOPS))[0]];
      expect(await firsts()).toEqual([9, 8]);
      await client.swapIndexes([{ indexes: [BOOKS, SHOPS], rename: false }]).waitTask(wait);
      expect(await firsts()).toEqual([9, 8]);
      const moved = "scenario_moved";
      await client.updateDynamicSearchRule("three", pinTo(0, "7", moved)).waitTask(wait);
      await client.updateIndex(BOOKS, { uid: moved } as object).waitTask(wait);
      expect(await idsOf(client, moved)).toEqual([7, expect.any(Number), expect.any(Number), expect.any(Number)]);
      await client.deleteIndex(SHOPS).waitTask(wait);
      for (const uid of [BOOKS, SHOPS]) {
        await client.index(uid).addDocuments(DOCUMENTS, { primaryKey: "id" }).waitTask(wait);
      }
      expect(await firsts()).toEqual([9, 8]);
      const { results } = await client.getDynamicSearchRules();
      const named = results.map(({ uid, actions }) => [uid, actions[0]?.selector.indexUid]);
      expect(new Map(named as [string, string][])).toEqual(
        new Map([
          ["one", BOOKS],
          ["two", SHOPS],
          ["three", moved],
        ]),
      );
    });

    it("reach other processes, those that are running after a while", { timeout: 120_000 }, async () => {
      const cluster = await ruled(await open({ replicationFactor: 1 }), {});
      const { client, connect } = cluster;
      const running = connect();
      expect(await idsOf(running, BOOKS, { limit: 2 })).toEqual(await idsOf(client, BOOKS, { limit: 2 }));
      const task = await client.updateDynamicSearchRule("one", pinTo(1)).waitTask({ timeout: 60_000 });
      const ids = await idsOf(client, BOOKS);
      expect(ids[1]).toBe(9);
      const later = connect();
      expect(await idsOf(later, BOOKS)).toEqual(ids);
      expect((await later.tasks.getTask(task.uid)).details).toEqual(task.details);
      await eventually(async () => expect(await idsOf(running, BOOKS)).toEqual(ids));
    });
  });

  async function expectOthersAlike(client: MiroirClient, direct: TestCluster["directs"][number]): Promise<void> {
    const search = { limit: 8, filter: "genre = drama" };
    const [own, expected] = [
      await client.index(BOOKS).searchGet("glass", search),
      await direct.index(WHOLE[BOOKS] ?? "").searchGet("glass", search),
    ];
    expect(comparable(own)).toEqual(comparable(expected));
    const queries = [{ q: "glass", limit: 4 }, { limit: 7 }, { q: "zzz" }];
    const plain = await client.multiSearch({ queries: queries.map((query) => ({ ...query, indexUid: BOOKS })) });
    const plainWhole = await direct.multiSearch({
      queries: queries.map((query) => ({ ...query, indexUid: WHOLE[BOOKS] ?? "" })),
    });
    expect(plain.results.map(withoutUid)).toEqual(plainWhole.results.map(withoutUid));
    for (const federation of [{ limit: 9 }, { limit: 4, offset: 3 }, { page: 1, hitsPerPage: 3 }, { limit: 60 }]) {
      for (const uids of [[BOOKS, BOOKS], [BOOKS, SHOPS], [SHOPS, BOOKS], [BOOKS]]) {
        const asked = uids.map((indexUid, at) => ({ indexUid, q: ["glass", "harbour"][at] ?? "" }));
        const whole = asked.map((query) => ({ ...query, indexUid: WHOLE[query.indexUid] ?? "" }));
        const merged = await client.multiSearch({ federation, queries: asked });
        const wanted = await direct.multiSearch({ federation, queries: whole });
        expect(federated(merged), JSON.stringify({ federation, uids })).toEqual(federated(wanted));
      }
    }
  }
}

function withoutUid(answer: object): JsonObject {
  const { indexUid: _, ...rest } = comparable(answer);
  return rest;
}

/** What each place holds, and for which query; the names of the indexes differ. */
function federated(answer: object): JsonObject {
  const { hits, ...rest } = comparable(answer);
  const places = (hits as JsonObject[]).map(({ id = null, _federation }) => {
    return [id, (_federation as JsonObject)["queriesPosition"] ?? null];
  });
  return { ...rest, hits: places };
}
