import type { Attempt } from "../core/attempt.ts";
import { MiroirError } from "../core/errors.ts";
import type { Meta } from "../core/meta.ts";
import type { ClusterRequest, NodeInfo } from "../core/types.ts";
import { attempt, describeAttempt } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import type { Part } from "../merge/part.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { allShards, describeFailures } from "./read.ts";
import { asNodeRequest, upToDate } from "./verbatim.ts";

/** What the nodes that answered said, and which did not. */
export interface AllAnswers {
  readonly nodes: readonly NodeInfo[];
  readonly parts: readonly Part[];
  /** What to show when no node has a good answer. */
  readonly refusal: NodeResponse | undefined;
  /** What the nodes said that refused. */
  readonly refusals: readonly NodeResponse[];
  readonly failures: readonly Attempt[];
}

/**
 * Sends the caller's request to every node that is not known to be down; at least one must answer.
 * @throws MiroirError `miroir_shard_unavailable` when none does
 */
export async function askAllNodes(cluster: Cluster, request: ClusterRequest, call: CallOptions): Promise<AllAnswers> {
  const { health, transport, clock, options } = cluster;
  health.refresh();
  const deadline = Deadline.start(clock, call.timeoutMs ?? options.readTimeoutMs, request.signal);
  try {
    const lacksOwn = await whoLacksOwn(cluster, request, deadline);
    const asked = upToDate(cluster, request).filter(({ id }) => !health.isSuspect(id) && !lacksOwn(id));
    const replies = await Promise.all(
      asked.map(async (node) => {
        const sent = asNodeRequest(request, node);
        const outcome = await attempt(sent, {
          transport,
          clock,
          signal: deadline.signal,
          timeoutMs: Math.min(options.attemptTimeoutMs, deadline.remainingMs),
        });
        health.observe(node.id, outcome);
        return outcome.kind === "answered"
          ? { node, response: outcome.response }
          : { failure: describeAttempt(sent, outcome) };
      }),
    );
    request.signal?.throwIfAborted();
    return sortReplies(replies, unasked(cluster, asked));
  } finally {
    deadline.end();
  }
}

/** The nodes that lack writes of the call's session, when the request is for what is in the indexes. */
async function whoLacksOwn(
  cluster: Cluster,
  { path }: ClusterRequest,
  deadline: Deadline,
): Promise<(node: string) => boolean> {
  const [, index] = /^indexes\/([^/]+)\//.exec(path) ?? [];
  if (cluster.ownWrites === undefined || (index === undefined && path !== "stats")) return () => false;
  const shards = allShards(cluster);
  const read = {
    topology: cluster.topology,
    shards,
    isOfAllNodes: true,
    ...(index !== undefined && { indexes: [index] }),
  };
  const lacksOwn = await cluster.ownWrites.untilSeen(read, deadline);
  return (node) => shards.some((shard) => lacksOwn(node, shard));
}

function unasked({ topology, health }: Cluster, asked: readonly NodeInfo[]): Attempt[] {
  return topology.nodes
    .filter((node) => !asked.includes(node))
    .map(({ id, url }) => ({
      node: id,
      url,
      reason: health.reasonOf(id) ?? "has yet to catch up with changes it missed",
    }));
}

function sortReplies(
  replies: readonly ({ failure: Attempt } | { node: NodeInfo; response: NodeResponse })[],
  down: readonly Attempt[],
): AllAnswers {
  const answered = replies.filter((reply) => "response" in reply);
  const failures = [...replies.flatMap((reply) => ("failure" in reply ? [reply.failure] : [])), ...down];
  const good = answered.filter(({ response }) => response.status < 400);
  if (answered.length === 0) {
    throw new MiroirError("miroir_shard_unavailable", `No node answers: ${describeFailures(failures)}.`, {
      status: 503,
      attempts: failures,
    });
  }
  return {
    nodes: good.map(({ node }) => node),
    parts: good.map(({ response }, order) => ({ order, body: response.body })),
    refusal: good.length === 0 ? answered[0]?.response : undefined,
    refusals: answered.filter(({ response }) => response.status >= 400).map(({ response }) => response),
    failures,
  };
}

/** What an answer made of all nodes' answers stands on. */
export function allNodesMeta(answers: AllAnswers, reasons: readonly string[]): Meta {
  return {
    nodes: answers.nodes.map((node) => node.id),
    degraded: answers.failures.length > 0,
    exact: reasons.length === 0,
    reasons,
    failures: answers.failures,
  };
}
