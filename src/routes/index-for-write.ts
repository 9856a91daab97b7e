import type { IndexRow } from "../cluster/registry.ts";
import type { ClusterResponse } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import { createIndex, type IndexCall, setPrimaryKey } from "./index-lifecycle.ts";
import { wordLogically } from "./wording.ts";

/** The row of the index that a write goes to: created when it is missing, given its primary key when it has none. */
export async function indexForWrite(
  cluster: Cluster,
  index: { readonly uid: string; readonly primaryKey: string | null },
  call: IndexCall,
): Promise<{ row: IndexRow } | { response: ClusterResponse }> {
  const { uid, primaryKey } = index;
  const known = await cluster.registry.find(uid);
  if (known !== undefined && (known.primaryKey !== null || primaryKey === null)) return { row: known };
  const { result, row } =
    known === undefined || primaryKey === null
      ? await createIndex(cluster, index, call)
      : await setPrimaryKey(cluster, { row: known, primaryKey }, call);
  if (result.kind === "acknowledged") return { row };
  const { status, body, headers } = result.response;
  return { response: { status, body: wordLogically(body), headers } };
}
