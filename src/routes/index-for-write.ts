import type { IndexRow } from "../cluster/registry.ts";
import type { ClusterResponse, ErrorBody } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import { createIndex, type IndexCall, setPrimaryKey, VALID_UID } from "./index-lifecycle.ts";
import { wordLogically } from "./wording.ts";

/** The row of the index that a write goes to: created when it is missing, given its primary key when it has none. */
export async function indexForWrite(
  cluster: Cluster,
  index: { readonly uid: string; readonly primaryKey: string | null },
  call: IndexCall,
): Promise<{ row: IndexRow } | { response: ClusterResponse }> {
  const { uid, primaryKey } = index;
  if (!VALID_UID.test(uid)) return { response: invalidUid(uid) };
  const known = await cluster.registry.find(uid);
  if (known !== undefined && (known.primaryKey !== null || primaryKey === null)) return { row: known };
  const { result, row } =
    known === undefined || primaryKey === null
      ? await createIndex(cluster, index, call)
      : await setPrimaryKey(cluster, { row: known, primaryKey }, call);
  if (result.kind === "acknowledged") return { row };
  const { status, body, headers } = result.response;
  return { response: { status, body: wordLogically(body, cluster.registry), headers } };
}

/** The server's own words for a uid in the path that no index can have. */
export function invalidUid(uid: string): ClusterResponse {
  const code = "invalid_index_uid";
  const message =
    `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric ` +
    "characters, hyphens (-) and underscores (_), and can not be more than 512 bytes.";
  const body: ErrorBody = {
    message,
    code,
    type: "invalid_request",
    link: `https://docs.meilisearch.com/errors#${code}`,
  };
  return { status: 400, body };
}
