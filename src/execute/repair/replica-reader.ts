import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { type FetchedRecords, fetchRecords, type RecordSource } from "./fetch-records.ts";
import { walkStamps } from "./walk-stamps.ts";

/** Which index a replica is read of. */
export interface ReplicaSource extends RecordSource {
  readonly primaryKey: string;
  /** Shards of the cluster. */
  readonly shards: number;
}

/** Documents by id, every value as the node wrote it. */
export type ReplicaDocuments = ReadonlyMap<string, RawRecord>;

/** Ids asked for in one request. */
const IDS = 500;

/** Documents of one page. */
const PAGE = 3000;

/** The documents among `ids` that a node has of a shard; all of the shard for "all". */
export async function readReplica(
  source: ReplicaSource,
  node: NodeInfo,
  wanted: { readonly shard: number; readonly ids: readonly string[] | "all" },
): Promise<ReplicaDocuments> {
  const filter = shardFilter(source.shards, [wanted.shard]);
  const found = new Map<string, RawRecord>();
  if (wanted.ids === "all") {
    const pages = walkStamps({ filter, limit: PAGE, fetch: (body) => fetchPage(source, node, body) });
    for await (const { records } of pages) collect(source, records, found);
    return found;
  }
  for (let start = 0; start < wanted.ids.length; start += IDS) {
    const ids = wanted.ids.slice(start, start + IDS);
    collect(source, (await fetchPage(source, node, { ids, filter, limit: IDS })).records, found);
  }
  return found;
}

function fetchPage(source: ReplicaSource, node: NodeInfo, body: JsonObject): Promise<FetchedRecords> {
  return fetchRecords(source, node, { ...body, retrieveVectors: true });
}

function collect(source: ReplicaSource, records: readonly RawRecord[], found: Map<string, RawRecord>): void {
  for (const record of records) found.set(documentId(record, source.primaryKey), record);
}
