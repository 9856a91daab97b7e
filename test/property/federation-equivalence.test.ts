import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { Meilisearch, MeilisearchApiError } from "meilisearch";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/types.ts";
import { MiroirClient, metaOf } from "../../src/index.ts";
import { createEmbeddedNode } from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, configOf, MASTER_KEY } from "../support/cluster-config.ts";
import { type Corpus, corpora } from "../support/equivalence/corpus.ts";
import { federationFaults } from "../support/equivalence/federation-faults.ts";
import { FEDERATED_UIDS, federations } from "../support/equivalence/federations.ts";
import { refuseReservedTraces } from "../support/reserved-scan.ts";

const total = Number(process.env["FEDERATIONS"] ?? 400);
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
/** Four or more real servers without indexes, the first to hold everything; nodes in this process otherwise. */
const urls = (process.env["FEDERATION_URLS"] ?? "").split(",").filter((url) => url !== "");
process.stdout.write(`federation equivalence: ${total} searches, SEED=${seed}\n`);

const SHAPES: readonly ClusterShape[] = [
  { nodes: 2, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 1 },
  { nodes: 3, replicationFactor: 2 },
];

interface World {
  readonly client: MiroirClient;
  readonly single: Meilisearch;
}

const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

async function startWorld(shape: ClusterShape, corpora: readonly Corpus[]): Promise<World> {
  const { nodes: count = 3 } = shape;
  const nodes =
    urls.length > 0
      ? []
      : await Promise.all(Array.from({ length: count + 1 }, () => createEmbeddedNode({ masterKey: MASTER_KEY })));
  const [whole = "", ...members] = urls.length > 0 ? urls.slice(0, count + 1) : nodes.map(({ url }) => url);
  const waits = { defaultWaitOptions: { interval: 5, timeout: 60_000 } };
  const single = new Meilisearch({ host: whole, apiKey: MASTER_KEY, ...waits });
  for (const host of urls) {
    const direct = new Meilisearch({ host, apiKey: MASTER_KEY, ...waits });
    const { results } = await direct.getRawIndexes({ limit: 100 });
    for (const { uid } of results) await direct.deleteIndex(uid).waitTask();
  }
  const client = new MiroirClient({ ...configOf(members, shape), ...waits });
  open.push(async () => {
    await client.close();
    await Promise.all(nodes.map((node) => node.close()));
  });
  const [first] = corpora;
  // Indexes whose ranking rules differ cannot be searched together.
  const common = {
    ...{ displayedAttributes: ["*"], pagination: {}, distinctAttribute: null },
    rankingRules: first?.settings.rankingRules ?? null,
  };
  for (const [at, uid] of FEDERATED_UIDS.entries()) {
    const { settings = {}, documents = [] } = corpora[at] ?? {};
    for (const target of [client, single]) {
      await target.createIndex(uid, { primaryKey: "id" }).waitTask();
      const tasks = [await target.index(uid).updateSettings({ ...settings, ...common })];
      tasks.push(await target.index(uid).addDocuments([...documents]));
      for (const { error } of await target.tasks.waitForTasks(tasks))
        if (error !== null) throw new Error(error.message);
    }
  }
  return { client, single };
}

type Federated = Parameters<Meilisearch["multiSearch"]>[0];

async function ask(client: Meilisearch, request: JsonObject): Promise<JsonObject | MeilisearchApiError> {
  const answer = client.multiSearch(request as unknown as Federated) as Promise<unknown>;
  return answer.then(
    (body) => body as JsonObject,
    (error: unknown) => {
      if (error instanceof MeilisearchApiError) return error;
      throw error;
    },
  );
}

/** The same request for every hit, with all that tells how they rank. */
function withoutLimit(request: JsonObject): JsonObject {
  const queries = (request["queries"] as JsonObject[]).map(({ attributesToRetrieve: _, ...query }) => ({
    ...query,
    showRankingScoreDetails: true,
  }));
  return { queries, federation: { limit: 1000 } };
}

const tally = { exact: 0, estimated: 0, refused: 0 };

async function check({ client, single }: World, request: JsonObject): Promise<void> {
  const [answer, expected, all] = [
    await ask(client, request),
    await ask(single, request),
    await ask(single, withoutLimit(request)),
  ];
  if (expected instanceof MeilisearchApiError || all instanceof MeilisearchApiError) {
    tally.refused += 1;
    if (expected instanceof MeilisearchApiError) expect((answer as MeilisearchApiError).cause).toEqual(expected.cause);
    return;
  }
  if (answer instanceof MeilisearchApiError) throw answer;
  const meta = metaOf(answer);
  if (meta === undefined) throw new Error("the answer carries no metadata");
  refuseReservedTraces(answer, "The answer");
  const faults = federationFaults({ request, expected, all }, answer, meta);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  tally[meta.reasons.some((reason) => reason.startsWith("Hits of different")) ? "estimated" : "exact"] += 1;
}

describe(`federated searches over a cluster equal one node's, up to exact ties (SEED=${seed})`, () => {
  for (const [position, shape] of SHAPES.entries()) {
    it(`${shape.nodes} nodes, replication ${shape.replicationFactor}`, { timeout: 600_000 }, async () => {
      const own = seed + position;
      const world = await startWorld(shape, fc.sample(corpora, { seed: own, numRuns: 2 }));
      const property = fc.asyncProperty(federations, (request) => check(world, request));
      await fc.assert(property, { seed: own, numRuns: Math.ceil(total / SHAPES.length) });
      process.stdout.write(`${JSON.stringify(tally)}\n`);
    });
  }
});
