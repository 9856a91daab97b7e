import { type Config, type EnqueuedTaskPromise, Index, type IndexOptions } from "meilisearch";
import { MiroirError } from "../core/errors.ts";
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
