import type { IndexRow } from "../../cluster/registry.ts";
import type { ClusterRequest } from "../../core/types.ts";
import { canonicalJson } from "../../util/canonical-json.ts";
import type { CallOptions, Cluster } from "../cluster.ts";
import { callerHeaders } from "../read.ts";

/** What a search asks, beside its request. */
export interface AskedIndex {
  readonly row: IndexRow;
  readonly call: CallOptions;
}

/**
 * Text that is equal for searches whose answers are: who asks, for what and how, and what this process knows of the
 * index, the topology, the search rules and the tasks that have ended. Undefined for one that depends on more, its
 * session's writes.
 */
export function searchKey(
  { topology, rules, tasks }: Cluster,
  { signal: _, ...request }: ClusterRequest,
  { row, call: { session, ...call } }: AskedIndex,
): string | undefined {
  if (session !== undefined) return undefined;
  return canonicalJson({
    ...{ request: { ...request, headers: {} }, sent: callerHeaders(request), call },
    ...{ row: row.stamp, epoch: topology.epoch, rules: rules.inForce.map(({ stamp }) => stamp), tasks: tasks.ended },
  });
}
