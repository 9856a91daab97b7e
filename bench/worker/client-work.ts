import { type Config, Meilisearch } from "meilisearch";
import { MiroirClient, type MiroirConfig } from "../../src/index.ts";
import { makeDocuments, makeQueries } from "../corpus.ts";
import type { Contender, IndexLoad, SearchMeasure, SearchStretch } from "./protocol.ts";

const WAIT = { timeout: 60_000, interval: 10 };

/** Runs one client: all that a worker does for the benchmarks with nodes. */
export class ClientWork {
  readonly #queries = makeQueries(500);
  #client: Meilisearch | undefined;
  #index = "";
  #next = 0;

  async open({ client, config, index }: Contender): Promise<void> {
    this.#client = client === "official" ? new Meilisearch(config as Config) : new MiroirClient(config as MiroirConfig);
    this.#index = index;
    await this.#client.health();
  }

  async search({ searches, concurrency }: SearchStretch): Promise<SearchMeasure> {
    const index = this.#opened.index(this.#index);
    const latenciesMs: number[] = [];
    let left = searches;
    const lane = async () => {
      while (left > 0) {
        left -= 1;
        const query = this.#queries[this.#next++ % this.#queries.length] ?? "";
        const startedAt = performance.now();
        await index.search(query);
        latenciesMs.push(performance.now() - startedAt);
      }
    };
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: concurrency }, lane));
    const { user, system } = process.cpuUsage(before);
    return { cpuUs: (user + system) / searches, latenciesMs };
  }

  async load({ index, documents, batch }: IndexLoad): Promise<number> {
    const batches = Array.from({ length: Math.ceil(documents / batch) }, (_, position) =>
      makeDocuments(Math.min(batch, documents - position * batch), position * batch),
    );
    const target = this.#opened.index(index);
    await this.#opened.createIndex(index, { primaryKey: "id" }).waitTask(WAIT);
    const startedAt = performance.now();
    const enqueued = [];
    for (const each of batches) enqueued.push(await target.addDocuments(each));
    for (const { taskUid } of enqueued) {
      const { status, error } = await this.#opened.tasks.waitForTask(taskUid, WAIT);
      if (status !== "succeeded") throw new Error(`indexing ended as ${status}: ${error?.message}`);
    }
    return performance.now() - startedAt;
  }

  async close(): Promise<void> {
    if (this.#client instanceof MiroirClient) await this.#client.close();
  }

  get #opened(): Meilisearch {
    if (this.#client === undefined) throw new Error("the worker was not told which client it is");
    return this.#client;
  }
}
