import process from "node:process";
import { Meilisearch } from "meilisearch";
import { describe, expect, it, onTestFinished } from "vitest";
import { toClusterConfig } from "../../src/client/options.ts";
import { buildTopology } from "../../src/cluster/topology.ts";
import { putIntoStore } from "../../src/execute/topology-in-store.ts";
import { MiroirClient, openStore, type StaticClusterConfig, type TopologyClusterConfig } from "../../src/index.ts";
import { loadHasher } from "../../src/routing/shard.ts";
import { configOf, MASTER_KEY, startNodes } from "../support/cluster.ts";
import { hasRedis } from "../support/redis-server.ts";
import { fileAddress, redisAddress } from "../support/store-address.ts";

const UID = "movies";

type Config = StaticClusterConfig | TopologyClusterConfig;

/** A cluster that nobody has met, with its state on its nodes unless there is the address of a store. */
async function newCluster(address: string | undefined): Promise<{ readonly config: Config; readonly urls: string[] }> {
  const urls = (await startNodes(3)).map(({ url }) => url);
  const layout = configOf(urls);
  if (address === undefined) return { config: layout, urls };
  const store = await openStore(address);
  onTestFinished(() => store.close());
  await putIntoStore(store, buildTopology({ ...toClusterConfig(layout), clusterId: "c" }, await loadHasher()), []);
  return { config: { topology: address, apiKey: MASTER_KEY, repair: false }, urls };
}

/** Cluster ids in the markers of the nodes. */
async function clusterIds(urls: readonly string[]): Promise<Set<string>> {
  const ids = urls.map(async (host) => {
    const { value } = await new Meilisearch({ host, apiKey: MASTER_KEY }).index("miroir__state").getDocument("marker");
    return (JSON.parse(String(value)) as { clusterId: string }).clusterId;
  });
  return new Set(await Promise.all(ids));
}

interface Place {
  readonly place: string;
  readonly count: number;
  readonly address: () => Promise<string | undefined>;
}

/** A file is for fewer: everybody reads the whole of it after each change. */
const PLACES: readonly Place[] = [
  { place: "on the nodes", count: 100, address: async () => undefined },
  { place: "in a file", count: 12, address: fileAddress },
  ...(hasRedis ? [{ place: "in Redis", count: 100, address: redisAddress }] : []),
];

describe("clients that start at once", () => {
  it.each(PLACES)(
    "meet one cluster, and all of them work: $count with their state $place",
    { timeout: 90_000 },
    async ({ place, count, address }) => {
      const { config, urls } = await newCluster(await address());
      const clients = Array.from({ length: count }, () => new MiroirClient(config));
      onTestFinished(async () => void (await Promise.all(clients.map((client) => client.close()))));
      const startedAt = performance.now();
      const tasks = await Promise.all(
        clients.map(async (client, id) => {
          const { taskUid } = await client.index(UID).addDocuments([{ id }], { primaryKey: "id" });
          const { status } = await client.tasks.waitForTask(taskUid, { timeout: 60_000 });
          expect(status).toBe("succeeded");
          return taskUid;
        }),
      );
      process.stdout.write(
        `${place}: ${count} clients, ${Math.round(performance.now() - startedAt)} ms, ${new Set(tasks).size} task numbers\n`,
      );
      expect((await clusterIds(urls)).size).toBe(1);
      for (const client of clients) {
        const answer = await client.index(UID).search("", { limit: 2 * count });
        expect(answer.hits).toHaveLength(count);
      }
    },
  );
});
