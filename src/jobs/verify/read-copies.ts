import type { NodeInfo } from "../../core/types.ts";
import { contentOf } from "../../execute/repair/content.ts";
import { stampOf } from "../../execute/repair/fetch-records.ts";
import { documentId } from "../../routing/payload/identify.ts";
import { shardFilter } from "../../routing/reserved.ts";
import { fetchPatiently } from "./fetch-patiently.ts";
import type { Copies, Copy } from "./judge-copies.ts";
import { ownersOf, shardOfId, type VerifyContext } from "./verify-context.ts";

/** Documents asked for in one request. */
const IDS = 500;

/** Reads some documents from all their owners, which see them as answers do: by the tag of their shard. */
export async function readCopies(context: VerifyContext, ids: readonly string[]): Promise<Map<string, Copies>> {
  const copiesById = new Map<string, Map<string, Copy>>(ids.map((id) => [id, new Map()]));
  const idsByNode = new Map<NodeInfo, string[]>();
  for (const id of ids) {
    for (const node of ownersOf(context, shardOfId(context, id))) {
      const owned = idsByNode.get(node);
      if (owned === undefined) idsByNode.set(node, [id]);
      else owned.push(id);
    }
  }
  await Promise.all(
    [...idsByNode].map(async ([node, owned]) => {
      for (let start = 0; start < owned.length; start += IDS) {
        const asked = owned.slice(start, start + IDS);
        for (const [id, copy] of await readFrom(context, node, asked)) copiesById.get(id)?.set(node.id, copy);
      }
    }),
  );
  return copiesById;
}

async function readFrom(context: VerifyContext, node: NodeInfo, ids: readonly string[]): Promise<[string, Copy][]> {
  const { primaryKey, topology, cluster, pace, signal } = context;
  const shards = [...new Set(ids.map((id) => shardOfId(context, id)))];
  const body = { ids: [...ids], filter: shardFilter(topology.shards, shards), limit: IDS };
  const { records } = await fetchPatiently(context, node, body);
  await pace.take(records.length, signal);
  return records.map((record) => {
    const hash = cluster.hasher.hash(contentOf(record)).toString(36);
    return [documentId(record, primaryKey), { stamp: stampOf(record), hash }];
  });
}
