import { Meilisearch } from "meilisearch";
import { MiroirClient } from "../../src/index.ts";
import { type ClusterShape, clientsOver, configOf, MASTER_KEY } from "./cluster.ts";
import { type Environment, SCENARIO_PREFIX } from "./environment.ts";

const STATE_INDEX = "miroir__state";

/** Addresses of real servers from MEILISEARCH_URLS; none when it is not set. */
export const liveUrls: readonly string[] = (process.env["MEILISEARCH_URLS"] ?? "")
  .split(",")
  .map((url) => url.trim().replace(/\/+$/, ""))
  .filter((url) => url !== "");

const apiKey = process.env["MEILISEARCH_KEY"] ?? MASTER_KEY;

/** Waiting for real servers takes longer than the official client's five seconds allow when all run on one machine. */
const defaultWaitOptions = { timeout: 60_000, interval: 10 };

/** Shape of the cluster that the servers hold now. */
let founded: string | undefined;

/** Real servers without the indexes of earlier scenarios; the cluster is founded again only for another shape. */
export const live: Environment = {
  name: "real servers",
  capacity: liveUrls.length,
  async open(shape: ClusterShape = {}) {
    const urls = liveUrls.slice(0, shape.nodes ?? 3);
    const config = configOf(urls, { ...shape, settings: { ...shape.settings, apiKey, defaultWaitOptions } });
    const wanted = JSON.stringify([config.nodes, config.replicationFactor, config.shards]);
    if (wanted === founded) await deleteScenarioIndexes(config);
    else await resetServers();
    founded = wanted;
    return clientsOver(config);
  },
};

/** Through miroir first, so that its registry forgets them, then whatever was made past it. */
async function deleteScenarioIndexes(config: ReturnType<typeof configOf>): Promise<void> {
  await using client = new MiroirClient(config);
  const { results } = await client.getRawIndexes({ limit: 1000 });
  const tasks = await Promise.all(results.map(({ uid }) => client.deleteIndex(uid)));
  await client.tasks.waitForTasks(tasks);
  await Promise.all(liveUrls.map((host) => deleteIndexes(host, (uid) => uid.startsWith(SCENARIO_PREFIX))));
  await Promise.all(config.nodes.map((node) => forgetRows(typeof node === "string" ? node : node.url)));
}

/** Without the rows of deleted indexes their names begin with the first generation again, as tests expect of the servers. */
async function forgetRows(host: string): Promise<void> {
  const state = new Meilisearch({ host, apiKey, defaultWaitOptions }).index(STATE_INDEX);
  const { results } = await state.getDocuments<{ id: string }>({ limit: 10_000, fields: ["id"] });
  const rows = results.map(({ id }) => id).filter((id) => id.startsWith("index_"));
  await state.deleteDocuments(rows).waitTask();
}

/**
 * Deletes the scenarios' indexes and miroir's own on every server. Refuses servers that hold anything else, so that
 * nobody's cluster is taken apart by a test.
 */
export async function resetServers(): Promise<void> {
  founded = undefined;
  await Promise.all(liveUrls.map((host) => deleteIndexes(host, () => true)));
}

async function deleteIndexes(host: string, isUnwanted: (uid: string) => boolean): Promise<void> {
  const direct = new Meilisearch({ host, apiKey, defaultWaitOptions });
  const { results } = await direct.getRawIndexes({ limit: 1000 });
  const uids = results.map(({ uid }) => uid);
  const foreign = uids.filter((uid) => uid !== STATE_INDEX && !uid.startsWith(SCENARIO_PREFIX));
  if (foreign.length > 0) {
    throw new Error(
      `${host} holds indexes of its own (${foreign.join(", ")}); the live suite wants servers without any.`,
    );
  }
  const enqueued = await Promise.all(uids.filter(isUnwanted).map((uid) => direct.deleteIndex(uid)));
  await direct.tasks.waitForTasks(enqueued);
  // Lists of tasks show what every process ever did.
  await direct.tasks.deleteTasks({ statuses: ["succeeded", "failed", "canceled"] }).waitTask();
}
