import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { ClusterRequest, JsonObject } from "../../core/types.ts";
import type { ScatterPart, ScatterResult } from "../../execute/scatter.ts";
import { badAnswer, isObject, objectsOf } from "../../merge/answer-shape.ts";
import { isByVector } from "../../merge/hybrid-plan.ts";
import type { SearchKind } from "../../merge/search-kind.ts";
import type { SearchView } from "../../merge/search-view.ts";
import { searchedAnywhere } from "../../merge/searched-anywhere.ts";
import { withShardFilter } from "../../merge/shard-request.ts";
import { RESERVED_SHARD, shardFilter } from "../../routing/reserved.ts";
import type { CallOptions, Cluster } from "../cluster.ts";
import { combineReads } from "../combine-reads.ts";
import { callerHeaders, readShards } from "../read.ts";
import { shardsFor } from "../shards-for.ts";

/** One query of a multi-search, on an index that the registry knows. */
export interface BatchQuery {
  readonly position: number;
  /** As the user sent it. */
  readonly body: JsonObject;
  readonly row: IndexRow;
  readonly view: SearchView;
  readonly kind: SearchKind;
}

/** The queries of a multi-search that are all on indexes of the registry. */
export interface Batch {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  /** The whole body. */
  readonly body: JsonObject;
  readonly queries: readonly BatchQuery[];
}

/** A search that nodes are sent as one of several. */
interface NodeQuery {
  readonly row: IndexRow;
  readonly body: JsonObject;
}

/** What nodes are sent at once. */
export interface NodeBatch {
  readonly queries: readonly NodeQuery[];
  /** The federation, for one answer to all queries. */
  readonly federation?: JsonObject;
}

/** What no document passes, which leaves a query without hits and its place in the answer filled. */
const NOTHING = `${RESERVED_SHARD} IN []`;

/** Sends every node one multi-search for all queries. */
export function askBatch(
  cluster: Cluster,
  asking: Pick<Batch, "request" | "call">,
  sent: NodeBatch,
): Promise<ScatterResult> {
  return new BatchRead(cluster, asking, sent).result();
}

/** What each node answers to the query at this place of those sent. */
export function bodiesAt({ parts }: Pick<ScatterResult, "parts">, place: number): JsonObject[] {
  return parts.map(({ response }) => {
    const results = isObject(response.body) ? response.body["results"] : undefined;
    const body = objectsOf(results, "`results`")[place];
    if (body === undefined) throw badAnswer(`it lacks the result of query ${place}`);
    return body;
  });
}

class BatchRead {
  readonly #cluster: Cluster;
  readonly #asking: Pick<Batch, "request" | "call">;
  readonly #sent: NodeBatch;
  /** Places of queries that a node refused because it does not know an attribute, and those that a node answered. */
  readonly #refused = new Map<number, ScatterPart>();
  readonly #answered = new Set<number>();

  constructor(cluster: Cluster, asking: Pick<Batch, "request" | "call">, sent: NodeBatch) {
    this.#cluster = cluster;
    this.#asking = asking;
    this.#sent = sent;
  }

  async result(): Promise<ScatterResult> {
    const result = await this.#read(this.#shards(), new Set());
    const everywhere = [...this.#refused].filter(([place]) => !this.#answered.has(place));
    const [first] = everywhere.sort(([a], [b]) => a - b);
    return first === undefined ? result : { ...result, refusals: [...result.refusals, first[1]] };
  }

  /** What one query asks of a shard, nodes are asked for all: the others find nothing there. */
  #shards(): readonly number[] {
    const shards = this.#sent.queries.flatMap(({ row, body }) => shardsFor(this.#cluster, row, body));
    return [...new Set(shards)].sort((a, b) => a - b);
  }

  /**
   * A node that holds no document with an attribute refuses to search on it although others know it. Such a query has no
   * hits there: it is silenced, and the node asked again for the others.
   */
  async #read(shards: readonly number[], silenced: ReadonlySet<number>): Promise<ScatterResult> {
    const result = await this.#scatter(shards, silenced);
    if (result.parts.length > 0) {
      for (const place of this.#sent.queries.keys()) if (!silenced.has(place)) this.#answered.add(place);
    }
    const refusals: ScatterPart[] = [];
    const again: Promise<ScatterResult>[] = [];
    for (const part of result.refusals) {
      const place = unknownAttributeAt(part);
      if (place === undefined || silenced.has(place)) {
        refusals.push(part);
        continue;
      }
      this.#refused.set(place, part);
      again.push(this.#read(part.shards, new Set([...silenced, place])));
    }
    return combineReads([{ ...result, refusals }, ...(await Promise.all(again))]);
  }

  #scatter(shards: readonly number[], silenced: ReadonlySet<number>): Promise<ScatterResult> {
    const { request, call } = this.#asking;
    const { queries, federation } = this.#sent;
    const [index = "", ...otherIndexes] = new Set(queries.map(({ row }) => physicalUid(row)));
    return readShards(this.#cluster, {
      operation: "multi-search",
      ...{ index, otherIndexes, shards, call, signal: request.signal },
      request: (node, asked) => {
        const own = shardFilter(this.#cluster.topology.shards, asked);
        const limited = queries.map((query, place) => {
          return silenced.has(place) ? silencedBody(query, own) : nodeBody(query, own);
        });
        return {
          ...{ node, method: "POST", path: "multi-search", cutsReserved: true },
          body: JSON.stringify({ queries: limited, ...(federation === undefined ? {} : { federation }) }),
          ...callerHeaders(request),
        };
      },
    });
  }
}

/** A node's form of a query, limited to the shards that the node is asked for. */
function nodeBody({ row, body }: NodeQuery, expression: string): JsonObject {
  return { ...body, indexUid: physicalUid(row), filter: withShardFilter(body["filter"], expression) };
}

/**
 * A query as a node is asked that does not know its attributes: it has no hits by words there, and those by vector
 * alone.
 */
function silencedBody({ row, body }: NodeQuery, own: string): JsonObject {
  return nodeBody({ row, body: searchedAnywhere(body) }, isByVector(body) ? own : NOTHING);
}

/** Place of the query that a node refuses because it does not know an attribute to search on. */
function unknownAttributeAt({ response }: ScatterPart): number | undefined {
  const { code, message = "" } = response.body as { code?: string; message?: string };
  if (code !== "invalid_search_attributes_to_search_on") return undefined;
  const place = /^Inside `\.queries\[(\d+)\]`/.exec(message)?.[1];
  return place === undefined ? undefined : Number(place);
}
