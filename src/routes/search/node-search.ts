import type { ClusterRequest, JsonObject } from "../../core/types.ts";
import type { ScatterResult } from "../../execute/scatter.ts";
import { ShardBodies } from "../../merge/shard-bodies.ts";
import type { CallOptions, Cluster } from "../cluster.ts";
import { callerHeaders, readShards } from "../read.ts";

/** A search of some shards of one index that may take several rounds of requests, all within one budget. */
export interface NodeSearch {
  readonly cluster: Cluster;
  /** The caller's own request. */
  readonly request: ClusterRequest;
  /** Physical uid. */
  readonly index: string;
  readonly shards: readonly number[];
  readonly call: CallOptions;
  /** When the budget ends, on the monotonic clock. */
  readonly endsAtMs: number;
}

/** One round of a search. */
export interface Round {
  /** What a node is asked for these of the search's shards; the filter for them is added. */
  bodyFor(shards: readonly number[]): JsonObject;
  /** Asks this node alone, for these shards, and gives up in time for others to be asked if there are any. */
  readonly only?: OneNode;
}

interface OneNode {
  readonly node: string;
  readonly shards: readonly number[];
}

/** When a search that begins now must have ended. */
export function budgetEnd({ clock, options }: Cluster, { timeoutMs }: CallOptions): number {
  return clock.monotonic() + (timeoutMs ?? options.readTimeoutMs);
}

/** Asks nodes for one round of a search. */
export function askNodes(search: NodeSearch, { bodyFor, only }: Round): Promise<ScatterResult> {
  const { cluster, request, index, call, endsAtMs } = search;
  const leftMs = Math.max(1, endsAtMs - cluster.clock.monotonic());
  const isPatient = only === undefined || !haveOthers(cluster, only);
  const timeoutMs = isPatient ? leftMs : Math.min(leftMs / 2, cluster.options.attemptTimeoutMs);
  const bodies = new ShardBodies(cluster.topology.shards);
  const headers = callerHeaders(request);
  return readShards(cluster, {
    operation: "search",
    ...{ index, shards: only?.shards ?? search.shards, call: { ...call, timeoutMs }, signal: request.signal },
    ...(only === undefined ? {} : { onlyNode: only.node }),
    request: (node, shards) => ({
      ...{ node, method: "POST", path: `indexes/${index}/search`, cutsReserved: true },
      body: bodies.textFor(bodyFor(shards), shards),
      ...headers,
    }),
  });
}

/** Whether all shards that one node is asked for have replicas on other nodes that seem well. */
function haveOthers({ topology, health }: Cluster, { node, shards }: OneNode): boolean {
  const isOther = (id: string) => id !== node && !health.isSuspect(id);
  return shards.every((shard) => topology.groups.some(({ table }) => table[shard]?.some(isOther)));
}

/** Whether the one node asked for more answered for everything, by the settings that its first answer stands on. */
export function isContinuation(answered: ScatterResult, first: ScatterResult): boolean {
  const { parts, refusals, missing, settingsVersion } = answered;
  const isAnswered = parts.length === 1 && refusals.length === 0 && missing.length === 0;
  return isAnswered && settingsVersion === first.settingsVersion;
}
