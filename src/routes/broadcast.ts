import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { Deadline } from "../execute/deadline.ts";
import { sendWrites, type WriteReply } from "../execute/write.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";

/** A change that every node must make, such as creating an index. */
export interface Broadcast {
  /** What is done, as the subject of a sentence: "Creating index `movies`". */
  readonly what: string;
  /** Physical uid whose lane it takes. */
  readonly index: string;
  readonly call: CallOptions;
  readonly signal: AbortSignal | undefined;
  requests(node: NodeInfo): NodeRequest[];
}

/** What all nodes answered, or the refusal of one. */
export type BroadcastResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | { readonly kind: "acknowledged"; readonly replies: readonly WriteReply[] };

/**
 * Sends a change to every node. Until there is a log of missed changes, a node that is down would come back without it
 * and answer wrongly, so the change is refused before anything is sent.
 * @throws MiroirError `miroir_no_quorum` when a node is down (nothing was changed) or failed half-way (the sentence says where)
 */
export async function broadcast(cluster: Cluster, change: Broadcast): Promise<BroadcastResult> {
  cluster.operation.requireCover();
  await requireEveryNode(cluster, change);
  const { transport, clock, health, lanes, options, topology, operation } = cluster;
  const deadline = Deadline.start(clock, change.call.timeoutMs ?? options.writeTimeoutMs);
  try {
    const targets = topology.nodes.map((node) => ({ node, requests: () => change.requests(node) }));
    const attemptTimeoutMs = deadline.remainingMs;
    const replies = await sendWrites(targets, {
      ...{ transport, clock, deadline, health, lanes, attemptTimeoutMs, lane: change.index, cancel: change.signal },
      isCovered: () => operation.isCovered,
    });
    return judge(change, replies);
  } finally {
    deadline.end();
  }
}

/**
 * Refuses a change while a node is down.
 * @throws MiroirError `miroir_no_quorum` naming it
 */
export async function requireEveryNode(cluster: Cluster, change: Pick<Broadcast, "what">): Promise<void> {
  const { health, topology } = cluster;
  await health.recovered(topology.nodes.map((node) => node.id).filter((id) => health.isSuspect(id)));
  const down = topology.nodes.filter((node) => health.isSuspect(node.id));
  if (down.length === 0) return;
  const reasons = down.map((node) => `node \`${node.id}\` ${health.reasonOf(node.id)}`).join("; ");
  throw new MiroirError("miroir_no_quorum", `${change.what} needs every node, and ${reasons}. Nothing was changed.`, {
    status: 503,
    attempts: down.map((node) => ({ node: node.id, url: node.url, reason: health.reasonOf(node.id) ?? "is down" })),
  });
}

function judge(change: Broadcast, replies: readonly WriteReply[]): BroadcastResult {
  const failed = replies.filter((reply) => reply.verdict !== "acknowledged");
  if (failed.length === 0) return { kind: "acknowledged", replies };
  const refusal = failed.find((reply) => reply.verdict === "refused")?.response;
  if (failed.length === replies.length && refusal !== undefined) return { kind: "refused", response: refusal };
  const attempts = failed.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
  const done = replies.filter((reply) => reply.verdict === "acknowledged").map((reply) => `\`${reply.node.id}\``);
  throw new MiroirError(
    "miroir_no_quorum",
    `${change.what} needs every node: ${attempts.map(({ node, reason }) => `node \`${node}\` ${reason}`).join("; ")}. ` +
      `${done.length === 0 ? "No node" : `Only ${done.join(", ")}`} accepted it; repeat the call when every node answers.`,
    { status: 503, attempts },
  );
}
