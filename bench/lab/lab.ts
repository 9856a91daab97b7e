import { startTestCluster, type TestCluster } from "../../src/testing/index.ts";
import type { BenchSize } from "../size.ts";
import type { Contender } from "../worker/protocol.ts";
import { Worker } from "../worker/worker.ts";
import type { Workload } from "../workloads.ts";
import { allEntrants, type Entrant, OFFICIAL } from "./entrants.ts";
import { joinFederation } from "./federation.ts";
import { nameOf, type Shape } from "./shape.ts";

/** An entrant whose client is up, in a process of its own, over servers that hold the documents. */
export interface Contestant {
  readonly name: string;
  readonly worker: Worker;
}

type IndexName = "bench" | "bench_big";

/** Index names of the official client, which lies beside miroir's on the same single server. */
const OFFICIAL_PREFIX = "official_";

/** Everything a scenario works with: servers and clients are started when one first asks for them, and stay for the next. */
export class Lab implements AsyncDisposable {
  readonly size: BenchSize;
  /** What could not take part or failed, and why. */
  readonly notes: string[] = [];
  readonly #entry: string;
  readonly #clusters = new Map<string, Promise<TestCluster>>();
  readonly #filled = new Map<string, Promise<void>>();
  readonly #contestants = new Map<string, Promise<Contestant | undefined>>();
  readonly #warm = new Set<string>();
  readonly #opened: AsyncDisposable[] = [];
  #source = "no nodes";

  constructor(entry: string, size: BenchSize) {
    this.#entry = entry;
    this.size = size;
  }

  /** Which servers these are. */
  get source(): string {
    return this.#source;
  }

  progress(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Keeps what the report has to say beside its figures, once. */
  note(text: string): void {
    if (this.notes.includes(text)) return;
    this.notes.push(text);
    this.progress(`  ${text}`);
  }

  /** A process that waits for commands; ended with the lab. */
  worker(): Worker {
    return this.use(this.detachedWorker());
  }

  /** The same, to be ended by whoever asked for it. */
  detachedWorker(nodeFlags?: readonly string[]): Worker {
    return new Worker(this.#entry, nodeFlags);
  }

  /** Ends something with the lab, in the opposite order of what was started. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  /** The servers of a shape with an index of documents. */
  async cluster(shape: Shape, index: IndexName = "bench"): Promise<TestCluster> {
    const cluster = await this.#serversOf(`miroir ${nameOf(shape)}`, shape);
    await this.#fill({ name: "", client: "miroir", config: cluster.config }, nameOf(shape), index);
    return cluster;
  }

  /** The entrants that can take part, ready to search an index. */
  async contestants(entrants: readonly Entrant[], index: IndexName = "bench"): Promise<Contestant[]> {
    const all: Contestant[] = [];
    for (const entrant of entrants) {
      const contestant = await this.#contestant(entrant, index);
      if (contestant !== undefined) all.push(contestant);
    }
    return all;
  }

  async everybody(): Promise<Contestant[]> {
    return this.contestants(allEntrants(this.size));
  }

  /** Lets clients search until their code is compiled and their connections are open, once for each kind of search. */
  async warm(contestants: readonly Contestant[], workload: Workload): Promise<void> {
    for (const { name, worker } of contestants) {
      const key = `${name}: ${workload}`;
      if (this.#warm.has(key)) continue;
      this.#warm.add(key);
      await worker.ask("closed", { workload, searches: this.size.warmUp, concurrency: 16 });
    }
  }

  /** An entrant in a process that has not searched yet, to be ended by whoever asked for it. */
  async newcomer(entrant: Entrant): Promise<Contestant & AsyncDisposable> {
    const contender = await this.#contenderOf(entrant, "bench");
    if (contender === undefined) throw new Error(`${entrant.name} cannot take part`);
    const worker = this.detachedWorker();
    await worker.ask("open", contender);
    return { name: entrant.name, worker, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#opened.reverse()) await resource[Symbol.asyncDispose]();
  }

  async #contestant(entrant: Entrant, index: IndexName): Promise<Contestant | undefined> {
    const contender = await this.#contenderOf(entrant, index);
    if (contender === undefined) return undefined;
    let contestant = this.#contestants.get(entrant.name);
    if (contestant === undefined) {
      contestant = this.#open(contender);
      this.#contestants.set(entrant.name, contestant);
    }
    return contestant;
  }

  async #open(contender: Contender): Promise<Contestant> {
    const worker = this.worker();
    await worker.ask("open", contender);
    return { name: contender.name, worker };
  }

  async #contenderOf(entrant: Entrant, index: IndexName): Promise<Contender | undefined> {
    const { name, client, shape, config, asksWholeWindows = false } = entrant;
    if (client === "federation") return this.#federation(entrant);
    const cluster = await this.cluster(shape, index);
    if (client !== "official") return { name, client, config: { ...cluster.config, ...config }, asksWholeWindows };
    const plain = { host: cluster.nodes[0]?.url ?? "", apiKey: cluster.masterKey };
    await this.#fill({ name: "", client, config: plain, prefix: OFFICIAL_PREFIX }, OFFICIAL.name, index);
    return { name, client, config: { ...plain, ...config }, prefix: OFFICIAL_PREFIX };
  }

  async #federation({ name, client, shape, config }: Entrant): Promise<Contender | undefined> {
    try {
      const cluster = await this.#serversOf("federation", shape);
      const remotes = await joinFederation(cluster, this.size.corpus);
      return { name, client, config: { host: cluster.nodes[0]?.url, apiKey: cluster.masterKey, ...config }, remotes };
    } catch (error) {
      this.note(`${name} was left out: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  #serversOf(key: string, shape: Shape): Promise<TestCluster> {
    let starting = this.#clusters.get(key);
    if (starting === undefined) {
      this.progress(`  starting ${nameOf(shape)}`);
      starting = startTestCluster({ ...shape, processes: true }).then((cluster) => {
        this.#source = cluster.source.replace(/, \d+ [a-z ]*process(es)?$/, ", each node a process");
        return this.use(cluster);
      });
      this.#clusters.set(key, starting);
    }
    return starting;
  }

  #fill(contender: Contender, where: string, index: IndexName): Promise<void> {
    const key = `${where}: ${index}`;
    let filling = this.#filled.get(key);
    if (filling === undefined) {
      this.progress(`  filling ${key}`);
      filling = this.#load(contender, index);
      this.#filled.set(key, filling);
    }
    return filling;
  }

  async #load(contender: Contender, index: IndexName): Promise<void> {
    await using worker = this.detachedWorker();
    await worker.ask("open", contender);
    const { corpus, bigCorpus } = this.size;
    const isBig = index === "bench_big";
    await worker.ask("load", { index, documents: isBig ? bigCorpus : corpus, batch: isBig ? 200 : 5000, isBig });
  }
}
