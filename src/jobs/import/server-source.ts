import { systemEnvironment } from "../../client/environment.ts";
import { checkClusterConfig } from "../../cluster/cluster-config.ts";
import { defaultSettings } from "../../cluster/settings/default-settings.ts";
import { objectOf } from "../../cluster/settings/json-shape.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { listKeys } from "../../execute/list-keys.ts";
import { Operator } from "../../execute/operator.ts";
import { fetchRecords } from "../../execute/repair/fetch-records.ts";
import { STATE_INDEX } from "../../execute/state-index.ts";
import type { Transport } from "../../transport/transport.ts";
import { nodeIndexes } from "../move/node-indexes.ts";
import { withSecrets } from "../recover/logical-guess.ts";
import { contentFields } from "./content-fields.ts";
import type { ImportSource, SourceIndex, SourcePage } from "./import-source.ts";

/** A single server. */
export interface ServerAddress {
  readonly host: string;
  readonly apiKey?: string;
}

/** Documents of one page. */
const PAGE = 1000;

/** A server that knows nothing of miroir: its documents are walked over in its own order. */
export class ServerSource implements ImportSource {
  readonly #transport: Transport;
  readonly #operator: Operator;
  readonly #node: NodeInfo;

  /** @throws MiroirError `miroir_invalid_config` */
  constructor({ host, apiKey }: ServerAddress) {
    const { clock, random, transport } = systemEnvironment;
    const [node] = checkClusterConfig({ clusterId: "", nodes: [{ url: host }], replicationFactor: 1, shards: 16 });
    if (node === undefined) throw new Error("a configuration of one server has one node");
    this.#node = node;
    this.#transport = transport({});
    const authorization = apiKey === undefined ? undefined : `Bearer ${apiKey}`;
    this.#operator = new Operator({ transport: this.#transport, clock, random, authorization });
  }

  async indexes(signal: AbortSignal): Promise<readonly SourceIndex[]> {
    const indexes = await nodeIndexes(this.#operator, this.#node, signal);
    if (indexes.some(({ uid }) => uid === STATE_INDEX)) throw belongsToCluster(this.#node);
    return Promise.all(
      indexes.map(async ({ uid, primaryKey }) => {
        const found = await this.#get<JsonObject>(`indexes/${uid}/settings`, signal);
        const { embedders, notes } = withSecrets(objectOf(found["embedders"]));
        return { uid, primaryKey, settings: { ...defaultSettings, ...found, embedders }, isEverywhere: false, notes };
      }),
    );
  }

  async keys(signal: AbortSignal): Promise<readonly JsonObject[] | undefined> {
    const keys = await listKeys(this.#operator, this.#node, signal);
    return keys.length === 0 ? undefined : keys;
  }

  async count(uid: string, signal: AbortSignal): Promise<number> {
    return (await this.#fetch(uid, { limit: 0 }, signal)).total;
  }

  /** What is deleted on the source moves the documents behind it forward: the counts show it. */
  async *pages({ uid }: SourceIndex, from: string | undefined, signal: AbortSignal): AsyncGenerator<SourcePage> {
    for (let offset = Number(from ?? 0); ; ) {
      const { records } = await this.#fetch(uid, { offset, limit: PAGE, retrieveVectors: true }, signal);
      if (records.length === 0) return;
      offset += records.length;
      yield { records: records.map(contentFields), position: String(offset) };
    }
  }

  async version(signal: AbortSignal): Promise<number> {
    const { results } = await this.#get<{ results: { uid: number }[] }>("tasks", signal, "limit=1");
    return results[0]?.uid ?? -1;
  }

  close(): Promise<void> {
    return this.#transport.close?.() ?? Promise.resolve();
  }

  #fetch(uid: string, body: JsonObject, signal: AbortSignal) {
    return fetchRecords({ operator: this.#operator, index: uid, signal }, this.#node, body);
  }

  #get<T>(path: string, signal: AbortSignal, query = ""): Promise<T> {
    return this.#operator.demand<T>(this.#node, { method: "GET", path, query, unchecked: true, signal });
  }
}

function belongsToCluster({ url }: NodeInfo): MiroirError {
  return new MiroirError(
    "miroir_topology_mismatch",
    `${url} is a node of a cluster, and holds a part of its documents. Name all nodes of the cluster, or its topology.`,
    { status: 409 },
  );
}
