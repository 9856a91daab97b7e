import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { ClusterRequest, JsonObject } from "../../core/types.ts";
import type { ScatterPart, ScatterResult } from "../../execute/scatter.ts";
import type { SearchView } from "../../merge/search-view.ts";
import { withShardFilter } from "../../merge/shard-request.ts";
import { RESERVED_SHARD, shardFilter } from "../../routing/reserved.ts";
import type { CallOptions, Cluster } from "../cluster.ts";
import { allShards, callerHeaders, readShards } from "../read.ts";

/** One query of a multi-search, on an index that the registry knows. */
export interface BatchQuery {
  readonly position: number;
  /** As the user sent it. */
  readonly body: JsonObject;
  readonly row: IndexRow;
  readonly view: SearchView;
}

/** The queries of a multi-search that are all on indexes of the registry. */
export interface Batch {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  /** The whole body. */
  readonly body: JsonObject;
  readonly queries: readonly BatchQuery[];
}

/** Limits a node's form of a query to the shards that the node is asked for. */
export type Narrow = (position: number, nodeQuery: JsonObject) => JsonObject;

/** What no document passes, which leaves a query without hits and its place in the answer filled. */
const NOTHING = `${RESERVED_SHARD} IN []`;

/** Sends every node one multi-search for all queries. */
export function askBatch(
  cluster: Cluster,
  batch: Batch,
  bodyFor: (narrow: Narrow) => JsonObject,
): Promise<ScatterResult> {
  return new BatchRead(cluster, batch, bodyFor).result();
}

class BatchRead {
  readonly #cluster: Cluster;
  readonly #batch: Batch;
  readonly #bodyFor: (narrow: Narrow) => JsonObject;
  /** Queries that a node refused because it does not know an attribute, and those that a node answered. */
  readonly #refused = new Map<number, ScatterPart>();
  readonly #answered = new Set<number>();

  constructor(cluster: Cluster, batch: Batch, bodyFor: (narrow: Narrow) => JsonObject) {
    this.#cluster = cluster;
    this.#batch = batch;
    this.#bodyFor = bodyFor;
  }

  async result(): Promise<ScatterResult> {
    const result = await this.#read(allShards(this.#cluster), new Set());
    const everywhere = [...this.#refused].filter(([position]) => !this.#answered.has(position));
    const [first] = everywhere.sort(([a], [b]) => a - b);
    return first === undefined ? result : { ...result, refusals: [...result.refusals, first[1]] };
  }

  /**
   * A node that holds no document with an attribute refuses to search on it although others know it. Such a query has no
   * hits there: it is silenced, and the node asked again for the others.
   */
  async #read(shards: readonly number[], silenced: ReadonlySet<number>): Promise<ScatterResult> {
    const result = await this.#scatter(shards, silenced);
    if (result.parts.length > 0) {
      for (const { position } of this.#batch.queries) if (!silenced.has(position)) this.#answered.add(position);
    }
    const refusals: ScatterPart[] = [];
    const again: Promise<ScatterResult>[] = [];
    for (const part of result.refusals) {
      const position = unknownAttributeAt(part);
      if (position === undefined || silenced.has(position)) {
        refusals.push(part);
        continue;
      }
      this.#refused.set(position, part);
      again.push(this.#read(part.shards, new Set([...silenced, position])));
    }
    return combineReads([{ ...result, refusals }, ...(await Promise.all(again))]);
  }

  #scatter(shards: readonly number[], silenced: ReadonlySet<number>): Promise<ScatterResult> {
    const { request, call, queries } = this.#batch;
    const { topology } = this.#cluster;
    const [index = "", ...otherIndexes] = new Set(queries.map(({ row }) => physicalUid(row)));
    return readShards(this.#cluster, {
      ...{ index, otherIndexes, shards, call, signal: request.signal },
      request: (node, asked) => {
        const own = shardFilter(topology.shards, asked);
        const narrow: Narrow = (position, { attributesToSearchOn, ...query }) => {
          const isSilent = silenced.has(position);
          const searched = isSilent || attributesToSearchOn === undefined ? {} : { attributesToSearchOn };
          return { ...query, ...searched, filter: withShardFilter(query["filter"], isSilent ? NOTHING : own) };
        };
        return {
          ...{ node, method: "POST", path: "multi-search", cutsReserved: true },
          body: JSON.stringify(this.#bodyFor(narrow)),
          ...callerHeaders(request),
        };
      },
    });
  }
}

/** Position of the query that a node refuses because it does not know an attribute to search on. */
function unknownAttributeAt({ response }: ScatterPart): number | undefined {
  const { code, message = "" } = response.body as { code?: string; message?: string };
  if (code !== "invalid_search_attributes_to_search_on") return undefined;
  const position = /^Inside `\.queries\[(\d+)\]`/.exec(message)?.[1];
  return position === undefined ? undefined : Number(position);
}

/** Several reads of the same shards, or of others, as one. */
export function combineReads(results: readonly ScatterResult[]): ScatterResult {
  const byNode = (a: ScatterPart, b: ScatterPart) => (a.node.id < b.node.id ? -1 : Number(a.node.id > b.node.id));
  const unique = (shards: readonly number[]) => [...new Set(shards)].sort((a, b) => a - b);
  return {
    parts: results.flatMap(({ parts }) => parts).sort(byNode),
    refusals: results.flatMap(({ refusals }) => refusals),
    missing: unique(results.flatMap(({ missing }) => missing)),
    indebted: unique(results.flatMap(({ indebted }) => indebted)),
    failures: results.flatMap(({ failures }) => failures),
  };
}
