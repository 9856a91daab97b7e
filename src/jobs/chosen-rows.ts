import type { IndexRow } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import type { Cluster } from "../routes/cluster.ts";

/**
 * The rows of the indexes that a job is for.
 * @param uids logical uids; all indexes when absent
 * @throws MiroirError `miroir_invalid_config` naming one that does not exist
 */
export async function chosenRows({ registry }: Cluster, uids: readonly string[] | undefined): Promise<IndexRow[]> {
  const rows = await registry.list();
  const unknown = uids?.find((uid) => !rows.some((row) => row.uid === uid));
  if (unknown === undefined) return rows.filter(({ uid }) => uids?.includes(uid) ?? true);
  const known = rows.map(({ uid }) => uid).join(", ") || "none";
  const message = `There is no index \`${unknown}\`. Name one of those there are: ${known}.`;
  throw new MiroirError("miroir_invalid_config", message);
}
