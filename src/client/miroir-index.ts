import { type Config, type EnqueuedTaskPromise, Index, type IndexOptions, type SearchParams } from "meilisearch";
import { MiroirError } from "../core/errors.ts";
import type { Explanation } from "../core/explanation.ts";
import type { CallOptions } from "../routes/cluster.ts";
import { type Interception, intercept } from "./intercept.ts";
import { isCluster } from "./options.ts";

/** Documents of an index, as the official client bounds them. */
// biome-ignore lint/suspicious/noExplicitAny: the official Index is bounded by Record<string, any>
export type AnyDocument = Record<string, any>;

/** The official `Index`, answered by the cluster. */
export class MiroirIndex<T extends AnyDocument = AnyDocument> extends Index<T> {
  readonly #target: Interception | undefined;
  readonly #config: Config;

  constructor(
    config: Config,
    uid: string,
    options: { primaryKey?: string | undefined; target?: Interception | undefined } = {},
  ) {
    if (isCluster(config) && options.target === undefined) throw notTied("new Index()");
    super(config, uid, options.primaryKey);
    this.#config = config;
    this.#target = options.target;
    if (options.target !== undefined) intercept(this.httpRequest, options.target);
  }

  /** Creates an index on a single server; a cluster's client has `createIndex()`. */
  static override create(uid: string, options: IndexOptions | undefined, config: Config): EnqueuedTaskPromise {
    if (isCluster(config)) throw notTied("Index.create()");
    return Index.create(uid, options, config);
  }

  /**
   * What a search would ask of which node, and why, as this process sees the cluster now; no node is asked. Each call may
   * choose other replicas among equals, as each search may.
   * @throws MiroirError `miroir_not_supported` with a single `host`, where there is nothing to choose
   */
  async explain(query?: string | null, params: SearchParams = {}): Promise<Explanation> {
    if (this.#target === undefined) {
      throw new MiroirError(
        "miroir_not_supported",
        "`explain()` has nothing to tell of a client with a single `host`. Give `nodes` or `topology`.",
        { status: 501 },
      );
    }
    const body = { ...params, ...(query === undefined ? {} : { q: query }) };
    return await this.httpRequest.post<Explanation>({ path: `indexes/${this.uid}/explain`, body });
  }

  /** The same index with other choices for each call; without a cluster it changes nothing. */
  with(call: CallOptions): MiroirIndex<T> {
    const target = this.#target && { ...this.#target, call: { ...this.#target.call, ...call } };
    return new MiroirIndex<T>(this.#config, this.uid, { primaryKey: this.primaryKey, target });
  }
}

/** An index made without the client would talk to one node past the cluster. */
function notTied(what: string): MiroirError {
  return new MiroirError(
    "miroir_not_supported",
    `\`${what}\` knows no cluster. Use \`client.index()\` or \`client.createIndex()\`.`,
  );
}
