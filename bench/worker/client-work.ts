import type { Meilisearch } from "meilisearch";
import { makeBigDocuments, makeDocuments } from "../corpus.ts";
import { searchesOf, type Workload, type WorkloadSearch } from "../workloads.ts";
import { addedTime } from "./added-time.ts";
import { closedLoop } from "./closed-loop.ts";
import { countParsed } from "./count-parsed.ts";
import { openLoop } from "./open-loop.ts";
import { profileStages } from "./profile.ts";
import type { ClosedLoop, Commands, Contender, IndexLoad, WritingMeasure } from "./protocol.ts";
import { openSearcher, type Searcher } from "./searcher.ts";
import type { StageTimes } from "./stages.ts";
import { streamFile } from "./stream-work.ts";

const WAIT = { timeout: 120_000, interval: 10 };

const SETTINGS = { filterableAttributes: ["genres", "year"], sortableAttributes: ["year", "rating"] };

/** Answers a command. */
type Work<C extends keyof Commands> = (input: Commands[C]["takes"]) => Promise<Commands[C]["answers"]>;

/** Runs one client: all that a worker does for the benchmarks with nodes. */
export class ClientWork {
  #opened: { readonly searcher: Searcher; readonly client: Meilisearch; readonly prefix: string } | undefined;
  readonly #searches = new Map<Workload, readonly WorkloadSearch[]>();
  #next = 0;
  #writing: { stop(): Promise<WritingMeasure> } | undefined;

  async open(contender: Contender): Promise<null> {
    this.#opened = { ...(await openSearcher(contender)), prefix: contender.prefix ?? "" };
    return null;
  }

  readonly closed: Work<"closed"> = async (loop) => closedLoop(await this.#nextOf(loop.workload), this.#search, loop);

  readonly openLoop: Work<"openLoop"> = async (loop) => openLoop(await this.#nextOf(loop.workload), this.#search, loop);

  readonly added: Work<"added"> = async ({ workload, searches }) =>
    addedTime(await this.#nextOf(workload), this.#search, searches);

  readonly parsed: Work<"parsed"> = async (loop) => {
    this.#next = 0;
    const next = await this.#nextOf(loop.workload);
    return countParsed(loop.searches, () => closedLoop(next, this.#search, loop));
  };

  async profile(loop: ClosedLoop): Promise<StageTimes> {
    const next = await this.#nextOf(loop.workload);
    const times = await profileStages(() => closedLoop(next, this.#search, loop));
    return Object.fromEntries(Object.entries(times).map(([stage, us]) => [stage, us / loop.searches])) as StageTimes;
  }

  async load({ index, documents, batch, isBig }: IndexLoad): Promise<number> {
    const { client, prefix } = this.#required;
    const all = isBig === true ? makeBigDocuments(documents) : makeDocuments(documents);
    const target = client.index(`${prefix}${index}`);
    await client.createIndex(target.uid, { primaryKey: "id" }).waitTask(WAIT);
    await target.updateSettings(SETTINGS).waitTask(WAIT);
    const startedAt = performance.now();
    const enqueued = [];
    for (let at = 0; at < documents; at += batch) enqueued.push(await target.addDocuments(all.slice(at, at + batch)));
    for (const { taskUid } of enqueued) {
      const { status, error } = await client.tasks.waitForTask(taskUid, WAIT);
      if (status !== "succeeded") throw new Error(`indexing ended as ${status}: ${error?.message}`);
    }
    return performance.now() - startedAt;
  }

  readonly startWriting: Work<"startWriting"> = async ({ writesPerSecond, documents }) => {
    const { client, prefix } = this.#required;
    const target = client.index(`${prefix}bench`);
    const underWay: Promise<unknown>[] = [];
    let failed = 0;
    const timer = setInterval(() => {
      const write = target.addDocuments(makeDocuments(documents, underWay.length * documents));
      underWay.push(
        write.catch(() => {
          failed += 1;
        }),
      );
    }, 1000 / writesPerSecond);
    this.#writing = {
      async stop() {
        clearInterval(timer);
        await Promise.all(underWay);
        return { writes: underWay.length, failed };
      },
    };
    return null;
  };

  readonly stopWriting: Work<"stopWriting"> = async () => (await this.#writing?.stop()) ?? { writes: 0, failed: 0 };

  readonly stream: Work<"stream"> = (stream) => streamFile(this.#required.client, stream);

  async close(): Promise<void> {
    await this.#opened?.searcher.close();
  }

  readonly #search = (search: WorkloadSearch): Promise<unknown> => this.#required.searcher.search(search);

  /** Walks over the searches of a kind, on from where the last loop was. */
  async #nextOf(workload: Workload): Promise<() => WorkloadSearch> {
    let searches = this.#searches.get(workload);
    if (searches === undefined) {
      searches = searchesOf(workload);
      await this.#required.searcher.prepare?.(searches);
      this.#searches.set(workload, searches);
    }
    const all = searches;
    return () => all[this.#next++ % all.length] as WorkloadSearch;
  }

  get #required() {
    if (this.#opened === undefined) throw new Error("the worker was not told which client it is");
    return this.#opened;
  }
}
