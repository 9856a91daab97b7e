import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { documentId } from "../../routing/payload/identify.ts";
import type { RawRecord } from "../../routing/payload/raw-document.ts";
import { RESERVED_VERSION, shardFilter } from "../../routing/reserved.ts";
import { fetchRecords, type RecordSource, stampOf } from "./fetch-records.ts";

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

/** Documents of one page; more than share a stamp, so that paging by stamp always goes on. */
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
    await readWhole(source, node, { filter, found });
    return found;
  }
  for (let start = 0; start < wanted.ids.length; start += IDS) {
    const ids = wanted.ids.slice(start, start + IDS);
    collect(source, await fetchPage(source, node, { ids, filter, limit: IDS }), found);
  }
  return found;
}

/** Keyset paging by stamp: writes that come in meanwhile move no document from one page to another. */
async function readWhole(
  source: ReplicaSource,
  node: NodeInfo,
  { filter, found }: { readonly filter: string; readonly found: Map<string, RawRecord> },
): Promise<void> {
  for (let last = ""; ; ) {
    const from = last === "" ? filter : `${filter} AND ${RESERVED_VERSION} >= "${last}"`;
    const sort = [`${RESERVED_VERSION}:asc`];
    const page = await fetchPage(source, node, { filter: from, sort, limit: PAGE });
    collect(source, page, found);
    const next = stampOf(page.at(-1));
    if (page.length < PAGE || next === last) return;
    last = next;
  }
}

async function fetchPage(source: ReplicaSource, node: NodeInfo, body: JsonObject): Promise<readonly RawRecord[]> {
  return (await fetchRecords(source, node, { ...body, retrieveVectors: true })).records;
}

function collect(source: ReplicaSource, page: readonly RawRecord[], found: Map<string, RawRecord>): void {
  for (const record of page) found.set(documentId(record, source.primaryKey), record);
}
