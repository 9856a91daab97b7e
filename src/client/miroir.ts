import type { EventEmitter } from "eventemitter3";
import {
  type Config,
  type EnqueuedTaskPromise,
  type IndexesQuery,
  type IndexesResults,
  type IndexOptions,
  Meilisearch,
} from "meilisearch";
import type { MiroirEvents } from "../core/events.ts";
import { attachMeta, metaOf } from "../core/meta.ts";
import type { CallOptions } from "../routes/cluster.ts";
import { ReadYourWrites, type ReadYourWritesOptions } from "../tasks/own-writes/read-your-writes.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { OperationTracer } from "../telemetry/tracer.ts";
import { type Interception, intercept } from "./intercept.ts";
import { LazySession, type Session } from "./lazy-session.ts";
import { type AnyDocument, MiroirIndex } from "./miroir-index.ts";
import { type Observers, observersOf } from "./observers.ts";
import {
  checkConfig,
  isCluster,
  type MiroirConfig,
  type StaticClusterConfig,
  type TopologyClusterConfig,
} from "./options.ts";

/** How a view shares its client's connections. */
interface Shared {
  readonly session: Session;
  readonly call: CallOptions;
}

/**
 * The official client over one server or a cluster. With `host` every call passes through untouched; with `nodes` or
 * `topology` each index is striped over the nodes and answered as one.
 */
export class MiroirClient extends Meilisearch {
  readonly #miroirConfig: MiroirConfig;
  readonly #target: Interception | undefined;
  readonly #observers: Observers;

  /** @throws MiroirError `miroir_invalid_config` naming field, value and remedy */
  constructor(config: MiroirConfig, shared?: Shared) {
    const official = isCluster(config) ? toOfficial(config) : config;
    super(official);
    this.#miroirConfig = config;
    if (!isCluster(config)) {
      this.#observers = observersOf();
      return;
    }
    if (shared === undefined) checkConfig(config);
    const { session, call } = shared ?? { session: new LazySession(config), call: {} };
    this.#observers = session;
    this.#target = { session, call, config: official };
    intercept(this.httpRequest, this.#target);
  }

  /** The same client with other choices for each call, sharing all connections; with a single `host` it changes nothing. */
  with(call: CallOptions): MiroirClient {
    const target = this.#target;
    if (target === undefined) return new MiroirClient(this.#miroirConfig);
    return new MiroirClient(this.#miroirConfig, { session: target.session, call: { ...target.call, ...call } });
  }

  /**
   * Begins a session that reads its own writes, or goes on with one: hand it to `with({ session })` of this client or its
   * indexes. Its `token` carries it to another process.
   * @throws MiroirError `miroir_invalid_session` when the token is none
   */
  session(options: ReadYourWritesOptions = {}): ReadYourWrites {
    return new ReadYourWrites(options);
  }

  /**
   * What happens in the cluster as this process sees it: new epochs, nodes that fall out and come back, answers that are
   * less than whole, debts, shards on hold. With a single `host` nothing is told.
   */
  get events(): EventEmitter<MiroirEvents> {
    return this.#observers.events.emitter;
  }

  /** What this client has counted and measured; see docs/metrics.md. With a single `host` there is nothing. */
  get metrics(): Metrics {
    return this.#observers.telemetry.metrics;
  }

  /** Has a span made of every call and every request to a node from now on; `undefined` ends it. With a single `host` none is made. */
  traceWith(tracer: OperationTracer | undefined): void {
    this.#observers.telemetry.tracer = tracer;
  }

  /** Lets writes under way end, then frees timers and connections; views share them, so one call is enough. */
  async close(): Promise<void> {
    await this.#target?.session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  override index<T extends AnyDocument = AnyDocument>(indexUid: string): MiroirIndex<T> {
    return new MiroirIndex<T>(this.config, indexUid, { target: this.#target });
  }

  override async getIndex<T extends AnyDocument = AnyDocument>(indexUid: string): Promise<MiroirIndex<T>> {
    return this.index<T>(indexUid).fetchInfo();
  }

  override async getRawIndex(indexUid: string): ReturnType<Meilisearch["getRawIndex"]> {
    return this.index(indexUid).getRawInfo();
  }

  override async getIndexes(parameters?: IndexesQuery): Promise<IndexesResults<MiroirIndex[]>> {
    const raw = await this.getRawIndexes(parameters);
    const target = this.#target;
    const results = raw.results.map(({ uid, primaryKey }) => new MiroirIndex(this.config, uid, { primaryKey, target }));
    return attachMeta({ ...raw, results }, metaOf(raw));
  }

  override createIndex(uid: string, options: IndexOptions = {}): EnqueuedTaskPromise {
    if (this.#target === undefined) return super.createIndex(uid, options);
    return this.#waitable(this.httpRequest.post({ path: "indexes", body: { ...options, uid } }));
  }

  override updateIndex(uid: string, options?: IndexOptions): EnqueuedTaskPromise {
    return this.index(uid).update(options);
  }

  override deleteIndex(uid: string): EnqueuedTaskPromise {
    return this.index(uid).delete();
  }

  /** Gives a promise of an enqueued task the `waitTask` that the official client's have. */
  #waitable(enqueued: ReturnType<typeof this.httpRequest.post>): EnqueuedTaskPromise {
    const waitTask: EnqueuedTaskPromise["waitTask"] = async (options) =>
      this.tasks.waitForTask((await enqueued) as Awaited<EnqueuedTaskPromise>, options);
    return Object.defineProperty(enqueued, "waitTask", { value: waitTask }) as EnqueuedTaskPromise;
  }
}

/** What the official constructor is given for a cluster: the first node's address stands for the cluster in error texts. */
function toOfficial(config: StaticClusterConfig | TopologyClusterConfig): Config {
  const host = "nodes" in config ? firstAddress(config) : "http://cluster.miroir";
  return { ...config, host };
}

function firstAddress({ nodes }: StaticClusterConfig): string {
  const first = Array.isArray(nodes) ? nodes[0] : undefined;
  const url = typeof first === "string" ? first : first?.url;
  return typeof url === "string" && URL.canParse(url) ? url : "http://cluster.miroir";
}
