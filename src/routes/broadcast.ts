import type { AcceptedChange, Matters } from "../cluster/missed.ts";
import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { Deadline } from "../execute/deadline.ts";
import { sendWrites, type WriteReply } from "../execute/write.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { acceptedChange, canDoWithout, holdEveryShard, nodesToAsk, writeDownMissed } from "./missing-nodes.ts";
import { requestBudgetMs } from "./request-budget.ts";

/** A change that every node must make, such as creating an index. */
export interface Broadcast {
  /** What is done, as the subject of a sentence: "Creating index `movies`". */
  readonly what: string;
  /** Physical uid whose lane it takes. */
  readonly index: string;
  readonly call: CallOptions;
  readonly signal: AbortSignal | undefined;
  /**
   * What a node that is away must be given when it is back; an empty list when it misses nothing by it. Absent when the
   * change cannot be made up for, so that every node must be there.
   */
  readonly matters?: Matters;
  /** Whether a node has anything to do with it; all have when absent. All must be there even so. */
  concerns?(node: NodeInfo): boolean;
  requests(node: NodeInfo): NodeRequest[];
}

/** What the nodes answered that made the change, or the refusal of one. */
export type BroadcastResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | {
      readonly kind: "acknowledged";
      readonly replies: readonly WriteReply[];
      /** For the task that follows the change, when it can do without nodes that go away before they made it. */
      readonly change: AcceptedChange | undefined;
    };

/**
 * Sends a change to every node. The nodes that are away are given it when they are back: until then they are not used for
 * what it is about. Nodes that hold some replica of every shard must make it now.
 * @throws MiroirError `miroir_no_quorum` when too few nodes are there (nothing was changed) or did it (the sentence says which)
 */
export async function broadcast(cluster: Cluster, change: Broadcast): Promise<BroadcastResult> {
  const asked = (await nodesToAsk(cluster, change)).filter((node) => change.concerns?.(node) ?? true);
  const { transport, clock, health, lanes, options, operation } = cluster;
  const deadline = Deadline.start(clock, requestBudgetMs(change.call, options));
  try {
    const targets = asked.map((node) => ({ node, requests: () => change.requests(node) }));
    const attemptTimeoutMs = deadline.remainingMs;
    const replies = await sendWrites(targets, {
      ...{ transport, clock, deadline, health, lanes, attemptTimeoutMs, lane: change.index, cancel: change.signal },
      isCovered: () => operation.isCovered,
    });
    return await judge(cluster, change, replies);
  } finally {
    deadline.end();
  }
}

async function judge(cluster: Cluster, change: Broadcast, replies: readonly WriteReply[]): Promise<BroadcastResult> {
  const done = replies.filter((reply) => reply.verdict === "acknowledged");
  const refusal = replies.find((reply) => reply.verdict === "refused")?.response;
  if (done.length === 0 && refusal !== undefined) return { kind: "refused", response: refusal };
  const doers = done.map(({ node }) => node);
  // A node that refuses what others accept is not as they are: whoever asked should know.
  const isEnough = refusal === undefined && canDoWithout(cluster, change) && holdEveryShard(cluster, doers);
  if (done.length < replies.length && !isEnough) throw halfDone(change, replies);
  const mayHave = new Set(replies.filter(({ verdict }) => verdict === "unknown").map(({ node }) => node.id));
  await writeDownMissed(cluster, { what: change.what, matters: change.matters ?? [], doers, mayHave });
  return { kind: "acknowledged", replies: done, change: acceptedChange(cluster, change) };
}

function halfDone(change: Broadcast, replies: readonly WriteReply[]): MiroirError {
  const failed = replies.filter((reply) => reply.verdict !== "acknowledged");
  const attempts = failed.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt]));
  const done = replies.filter((reply) => reply.verdict === "acknowledged").map((reply) => `\`${reply.node.id}\``);
  return new MiroirError(
    "miroir_no_quorum",
    `${change.what} needs every node: ${attempts.map(({ node, reason }) => `node \`${node}\` ${reason}`).join("; ")}. ` +
      `${done.length === 0 ? "No node" : `Only ${done.join(", ")}`} accepted it; repeat the call when every node answers.`,
    { status: 503, attempts },
  );
}
