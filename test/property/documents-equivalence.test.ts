import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { Meilisearch } from "meilisearch";
import { afterAll, describe, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { MiroirClient } from "../../src/index.ts";
import { createEmbeddedNode, type EmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, configOf, MASTER_KEY } from "../support/cluster-config.ts";
import { type Corpus, corpora } from "../support/equivalence/corpus.ts";
import { searches } from "../support/equivalence/searches.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const UID = "corpus";
const count = Number(process.env["LISTINGS"] ?? 240);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
process.stdout.write(`documents equivalence: ${count} listings, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 2, groups: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
  { nodes: 4, replicationFactor: 1, shards: 64 },
];

/** A list of documents as `getDocuments()` asks for it; filters and sorts are those of random searches. */
interface Listing extends JsonObject {
  offset: number;
  limit: number;
}

const listings: fc.Arbitrary<Listing> = fc
  .record({
    search: searches,
    offset: fc.nat(60),
    limit: fc.nat(40),
    ids: fc.option(fc.uniqueArray(fc.nat(120), { minLength: 1, maxLength: 40 }), { freq: 4, nil: undefined }),
    fields: fc.option(fc.subarray(["id", "title", "year", "nested"], { minLength: 1 }), { freq: 3, nil: undefined }),
    isSorted: fc.boolean(),
  })
  .map(({ search, offset, limit, ids, fields, isSorted }) => {
    const { filter, sort } = search;
    return {
      ...{ offset, limit },
      ...(filter === undefined ? {} : { filter }),
      ...(sort === undefined || !isSorted ? {} : { sort }),
      ...(ids === undefined ? {} : { ids }),
      ...(fields === undefined ? {} : { fields }),
    };
  });

/** A corpus on a cluster, and once more whole on one node. */
interface World {
  readonly client: MiroirClient;
  readonly nodes: readonly EmbeddedNode[];
  readonly whole: EmbeddedNode;
}

const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

async function startWorld(shape: ClusterShape, corpus: Corpus): Promise<World> {
  const nodes = await Promise.all(
    Array.from({ length: (shape.nodes ?? 3) + 1 }, () => createEmbeddedNode({ masterKey: MASTER_KEY })),
  );
  const [whole, ...members] = nodes;
  if (whole === undefined) throw new Error("no node was started");
  const urls = members.map(({ url }) => url);
  const client = new MiroirClient(configOf(urls, shape));
  open.push(async () => {
    await client.close();
    await Promise.all(nodes.map((node) => node.close()));
  });
  for (const each of [client, new Meilisearch({ host: whole.url, apiKey: MASTER_KEY })]) {
    await each.createIndex(UID, { primaryKey: "id" }).waitTask();
    await each.index(UID).updateSettings(corpus.settings).waitTask();
    const { error } = await each
      .index(UID)
      .addDocuments([...corpus.documents])
      .waitTask();
    if (error !== null) throw new Error(error.message);
  }
  return { client, nodes: members, whole };
}

/**
 * Everything that one node lists, with the values that it sorted by, and what it gives as the total: a sorted list leaves
 * out documents whose value cannot be sorted by, such as `null`, and the total counts them.
 */
async function listWhole({ whole }: World, { filter, sort, ids, fields }: Listing) {
  const ask = async (only: JsonObject) => {
    const response = await fetch(`${whole.url}/indexes/${UID}/documents/fetch`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        "content-type": "application/json",
        ...(sort === undefined ? {} : { "meili-proxy-search": "true" }),
      },
      body: JSON.stringify({ filter, sort, ids, ...only, limit: 10_000 }),
    });
    const body = (await response.json()) as { results: JsonObject[]; total: number; message?: string };
    if (body.message !== undefined) throw new Error(body.message);
    return body;
  };
  const [named, shown] = [await ask({}), await ask(fields === undefined ? {} : { fields })];
  const listed = named.results.map((document, at): JsonObject => {
    const { _federation: rank = null, ...chosen } = shown.results[at] ?? {};
    return { id: document["id"] ?? null, rank, document: chosen };
  });
  return { listed, total: named.total };
}

/** Sorted lists may differ where documents tie; without a sort the order is each cluster's own. */
async function check(world: World, listing: Listing): Promise<void> {
  const { listed: expected, total } = await listWhole(world, listing);
  const answer = (await world.client.index(UID).getDocuments(listing as never)) as unknown as JsonObject;
  refuseReservedTraces(answer, "The answer");
  const { results, ...page } = answer as { results: JsonObject[] };
  const { offset, limit } = listing;
  if (!isDeepStrictEqual(page, { offset, limit, total })) throw new Error(JSON.stringify(page));
  const wanted = expected.slice(offset, offset + limit);
  if (results.length !== wanted.length) throw new Error(`${results.length} documents instead of ${wanted.length}`);
  const left = [...expected];
  for (const [at, document] of results.entries()) {
    const isSame = (each: JsonObject) =>
      isDeepStrictEqual(each["document"], document) && isDeepStrictEqual(each["rank"], wanted[at]?.["rank"]);
    const found = left.findIndex(isSame);
    if (found === -1) throw new Error(`place ${offset + at} shows ${JSON.stringify(document)}, or shows it again`);
    left.splice(found, 1);
  }
}

/** Page after page shows every document once. */
async function walk(world: World, listing: Listing): Promise<void> {
  const { limit, offset: _, ...rest } = { ...listing, limit: 1 + (listing.limit % 17), fields: ["id"] };
  const seen: unknown[] = [];
  for (let offset = 0; ; offset += limit) {
    const page = await world.client.index(UID).getDocuments({ ...rest, offset, limit } as never);
    seen.push(...page.results.map(({ id }) => id));
    if (offset + limit >= page.total) break;
  }
  const ids = (await listWhole(world, listing)).listed.map(({ id }) => id);
  const sorted = (list: unknown[]) => [...list].sort((a, b) => Number(a) - Number(b));
  if (!isDeepStrictEqual(sorted(seen), sorted(ids))) throw new Error(`the pages show ${seen}, one node ${ids}`);
}

describe(`lists of documents over a cluster equal one node's, up to ties (SEED=${seed})`, () => {
  for (const [position, shape] of SHAPES.entries()) {
    const { nodes = 3, groups = 1, replicationFactor = 1 } = shape;
    const isRedundant = replicationFactor > 1 || groups > 1;
    const name = `${nodes} nodes, ${groups} group${groups > 1 ? "s" : ""}, replication ${replicationFactor}`;
    it(`${name}${isRedundant ? ", also with a node killed" : ""}`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      const [corpus] = fc.sample(corpora, { seed: own, numRuns: 1 });
      if (corpus === undefined) throw new Error("no corpus was made");
      const world = await startWorld(shape, corpus);
      const numRuns = Math.max(1, Math.ceil(count / SHAPES.length / (isRedundant ? 2 : 1)));
      const assertAll = async (from: number) => {
        await fc.assert(
          fc.asyncProperty(listings, (listing) => check(world, listing)),
          { seed: from, numRuns },
        );
        const walks = Math.ceil(numRuns / 8);
        await fc.assert(
          fc.asyncProperty(listings, (listing) => walk(world, listing)),
          { seed: from, numRuns: walks },
        );
      };
      await assertAll(own);
      if (!isRedundant) return;
      await world.nodes[own % nodes]?.crash({ keepData: true });
      await assertAll(own + 1000);
    });
  }
});
