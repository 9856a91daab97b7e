import type { Attempt } from "../core/attempt.ts";
import { MiroirError } from "../core/errors.ts";
import type { Coverage, Meta } from "../core/meta.ts";
import type { ClusterRequest, NodeInfo } from "../core/types.ts";
import { Deadline } from "../execute/deadline.ts";
import { type ScatterResult, scatter } from "../execute/scatter.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import { chooseReplicas, type ReplicaRead } from "./choose-replicas.ts";
import type { Cluster } from "./cluster.ts";
import type { OwnRead } from "./own-writes/own-read.ts";
import { nodesBelowFloor } from "./settings-floor.ts";

/** A read and the requests that it is made of. */
export interface ShardRead extends ReplicaRead {
  readonly signal: AbortSignal | undefined;
  request(node: NodeInfo, shards: readonly number[]): NodeRequest;
  /** Refusals that another replica is asked about, beside those of a node that lacks the index. */
  isNodeFault?(response: NodeResponse, node: NodeInfo): boolean;
}

/** Lists of all shards by their number, of which there are few. */
const shardLists = new Map<number, readonly number[]>();

/** Every shard number of the cluster. */
export function allShards({ topology }: Pick<Cluster, "topology">): readonly number[] {
  const known = shardLists.get(topology.shards);
  if (known !== undefined) return known;
  const shards = Array.from({ length: topology.shards }, (_, shard) => shard);
  shardLists.set(topology.shards, shards);
  return shards;
}

/**
 * Asks one replica of every shard of the read, with one deadline over everything.
 * @throws MiroirError `miroir_overloaded` when too much of this process is under way to every replica of a shard
 */
export async function readShards(cluster: Cluster, read: ShardRead): Promise<ScatterResult> {
  const { clock, random, transport, health, fleet, nodesById, options } = cluster;
  health.refresh();
  const deadline = Deadline.start(clock, read.call.timeoutMs ?? options.readTimeoutMs, read.signal);
  try {
    const below = await belowFloor(cluster, read);
    const lacksOwn = await cluster.ownWrites?.untilSeen(ownRead(cluster, read), deadline);
    const result = await scatter(
      {
        shards: read.shards,
        operation: read.operation,
        ...chooseReplicas(cluster, { ...read, below, ...(lacksOwn && { lacksOwn }) }),
        request: read.request,
        isNodeFault: (response, node) => lacksIndex(response) || read.isNodeFault?.(response, node) === true,
      },
      {
        ...{ transport, clock, random, deadline, health, fleet, nodesById },
        attemptTimeoutMs: options.attemptTimeoutMs,
        // Another replica may order ties differently: a page must not come from now one and now the other.
        ...(read.call.preference === undefined && { hedging: cluster.hedging }),
      },
    );
    read.signal?.throwIfAborted();
    const settingsVersion = cluster.registry.holderOf(read.index)?.settingsVersion;
    return settingsVersion === undefined ? result : { ...result, settingsVersion };
  } finally {
    deadline.end();
  }
}

/** The index is in the registry, so a node that says it has none lost it. */
function lacksIndex(response: NodeResponse): boolean {
  return (response.body as { code?: string } | undefined)?.code === "index_not_found";
}

function ownRead({ topology }: Cluster, { index, otherIndexes = [], shards }: ShardRead): OwnRead {
  return { topology, indexes: [index, ...otherIndexes], shards };
}

/** Nodes whose settings are older than the call wants. */
async function belowFloor(cluster: Cluster, read: ShardRead): Promise<ReadonlySet<string>> {
  const { settingsVersion: floor } = read.call;
  if (floor === undefined) return new Set();
  const indexes = [read.index, ...(read.otherIndexes ?? [])];
  const sets = await Promise.all(indexes.map((index) => nodesBelowFloor(cluster, index, floor)));
  return new Set(sets.flatMap((set) => [...set]));
}

/**
 * Refuses an answer that leaves out shards, unless the call allows it and at least one node answered.
 * @throws MiroirError `miroir_shard_unavailable` with every failed attempt
 */
export function requireCoverage(result: ScatterResult, isPartialAllowed: boolean): void {
  if (result.missing.length === 0) return;
  if (isPartialAllowed && result.parts.length > 0) return;
  const shards = result.missing.length > 8 ? `${result.missing.length} shards` : `shards ${result.missing.join(", ")}`;
  throw new MiroirError(
    "miroir_shard_unavailable",
    `No replica answers for ${shards}: ${describeFailures(result.failures)}.`,
    { status: 503, attempts: result.failures },
  );
}

/** Failed attempts as half a sentence. */
export function describeFailures(failures: readonly Attempt[]): string {
  if (failures.length === 0) return "every node that holds them is known to be down";
  return failures.map((failure) => `node \`${failure.node}\` ${failure.reason}`).join("; ");
}

/** What an answer stands on. */
export function readMeta(result: ScatterResult, shards: number, reasons: readonly string[] = []): Meta {
  const coverage = coverageOf(result, shards);
  const degraded = result.missing.length > 0 || result.indebted.length > 0;
  return {
    nodes: [...new Set(result.parts.map((part) => part.node.id))],
    degraded,
    exact: !degraded && reasons.length === 0,
    reasons,
    coverage,
    narrowed: coverage.shards.skipped > 0,
    read: {
      requests: result.requests,
      hedges: result.hedges,
      answers: result.parts.map(({ node, shards: asked, tookMs }) => ({ node: node.id, shards: asked.length, tookMs })),
    },
    ...(result.settingsVersion === undefined ? {} : { settingsVersion: result.settingsVersion }),
    failures: result.failures,
  };
}

/** Shards that somebody answered for and nobody failed; neither means that they were not asked. */
function coverageOf({ parts, missing, indebted }: ScatterResult, total: number): Coverage {
  const isAnswered = new Uint8Array(total);
  for (const part of parts) for (const shard of part.shards) isAnswered[shard] = 1;
  for (const shard of missing) isAnswered[shard] = 0;
  const failed = missing.length;
  const ok = isAnswered.reduce((sum, flag) => sum + flag, 0);
  return { shards: { total, ok, failed, skipped: total - ok - failed }, missing, indebted };
}

/**
 * Caller's headers that are not a node's: those of its own connection and body, and one that asks a server for answers
 * that only other servers understand.
 */
const KEPT_BACK = new Set([
  ...["accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host"],
  ...["keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "meili-proxy-search"],
]);

/** The parts of a call's headers that go to the nodes as they came: who asks, and with what. */
export function callerHeaders(
  request: Pick<ClusterRequest, "headers">,
): Pick<NodeRequest, "authorization" | "headers"> {
  const { authorization, ...given } = request.headers;
  const headers: Record<string, string> = {};
  for (const name in given) {
    const value = given[name];
    if (value !== undefined && !KEPT_BACK.has(name)) headers[name] = value;
  }
  return { ...(authorization === undefined ? {} : { authorization }), headers };
}
