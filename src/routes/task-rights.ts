import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { askOneNode } from "./verbatim.ts";

/** What the caller's key lets it see of the tasks, or the server's refusal of the key. */
export type TaskRights = { readonly refusal: ClusterResponse } | { sees(indexUid: unknown): boolean };

const EVERYTHING: TaskRights = { sees: () => true };

/**
 * Asks a node what the caller may read, as virtual tasks are on none: whether the key is good for tasks at all, and the
 * indexes that it is limited to. The operator's own key, which most clients use, needs no question.
 */
export async function taskRights(
  cluster: Cluster,
  { headers, signal }: ClusterRequest,
  call: CallOptions,
): Promise<TaskRights> {
  const { authorization } = headers;
  const own = cluster.operator.authorization;
  if (authorization === own && !cluster.operator.isSearchOnly) return EVERYTHING;
  const common = { method: "GET", ...(signal && { signal }) } as const;
  const listing: ClusterRequest = { ...common, path: "tasks", params: { limit: "0" }, headers };
  const allowed = await askOneNode(cluster, listing, call);
  if (allowed.status >= 400) return { refusal: { status: allowed.status, body: allowed.body } };
  const key = authorization?.replace(/^Bearer /, "");
  if (key === undefined || own === undefined) return EVERYTHING; // nodes without a master key
  const path = `keys/${encodeURIComponent(key)}`;
  const found = await askOneNode(
    cluster,
    { ...common, path, params: {}, headers: { ...headers, authorization: own } },
    call,
  );
  if (found.status === 404) return EVERYTHING; // a key that is good and in no list is the master key
  if (found.status >= 400) return { refusal: { status: found.status, body: found.body } };
  return limitedTo((found.body as { indexes: readonly string[] }).indexes);
}

/** A pattern is a uid, or the beginning of one and a star; tasks of no index are seen only by keys for all. */
function limitedTo(patterns: readonly string[]): TaskRights {
  if (patterns.includes("*")) return EVERYTHING;
  return {
    sees: (indexUid) =>
      typeof indexUid === "string" &&
      patterns.some((pattern) =>
        pattern.endsWith("*") ? indexUid.startsWith(pattern.slice(0, -1)) : indexUid === pattern,
      ),
  };
}
