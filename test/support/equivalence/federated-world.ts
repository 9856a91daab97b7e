import { Meilisearch, MeilisearchApiError } from "meilisearch";
import { afterAll } from "vitest";
import type { JsonObject } from "../../../src/core/types.ts";
import { MiroirClient } from "../../../src/index.ts";
import { createEmbeddedNode } from "../../../src/testing/embedded-node/index.ts";
import { type ClusterShape, configOf, MASTER_KEY } from "../cluster-config.ts";
import type { Corpus } from "./corpus.ts";
import { FEDERATED_UIDS } from "./federations.ts";

/** Four or more real servers without indexes, the first to hold everything; nodes in this process otherwise. */
const urls = (process.env["FEDERATION_URLS"] ?? "").split(",").filter((url) => url !== "");

/** Two indexes over a cluster, and once more whole on one server. */
export interface FederatedWorld {
  readonly client: MiroirClient;
  readonly single: Meilisearch;
}

const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open) await close();
});

/** Starts a cluster with two corpora, and a server that holds them whole; all of it ends with the test file. */
export async function startFederatedWorld(shape: ClusterShape, corpora: readonly Corpus[]): Promise<FederatedWorld> {
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

/** The answer to a federated search, or the refusal. */
export async function federate(client: Meilisearch, request: JsonObject): Promise<JsonObject | MeilisearchApiError> {
  const answer = client.multiSearch(request as unknown as Federated) as Promise<unknown>;
  return answer.then(
    (body) => body as JsonObject,
    (error: unknown) => {
      if (error instanceof MeilisearchApiError) return error;
      throw error;
    },
  );
}
