import { foreignUidOf } from "../cluster/settings/foreign-keys.ts";
import type { JsonObject } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";
import { notSupported } from "./verbatim.ts";

/**
 * Refuses foreign keys that nodes could not follow: a node joins only documents that it holds itself.
 * @throws MiroirError `miroir_not_supported` naming an index that is spread over shards
 */
export function requireJoinable(cluster: Cluster, uid: string, patch: JsonObject): void {
  const keys = patch["foreignKeys"];
  if (!Array.isArray(keys) || keys.length === 0) return;
  const spread = [uid, ...keys.map(foreignUidOf)].find((each) => !isEverywhere(cluster, each));
  if (spread === undefined) return;
  throw notSupported(
    `A foreign key from or to index \`${spread}\``,
    "Name both indexes in the option `replicateEverywhere` before they are created, or join in the application.",
  );
}

function isEverywhere({ registry, options }: Cluster, uid: string): boolean {
  const row = registry.peek(uid);
  return row === undefined ? options.replicateEverywhere?.includes(uid) === true : row.replicate === "everywhere";
}
