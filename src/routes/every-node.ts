import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, NodeInfo } from "../core/types.ts";
import { attempt, describeAttempt, type Outcome } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import type { NodeRequest, NodeResponse } from "../transport/transport.ts";
import { requireEveryNode } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { describeFailures } from "./read.ts";

/** A change that a node makes before it answers, such as creating an API key; every node must make it. */
export interface ImmediateChange {
  /** What is done, as the subject of a sentence: "Creating an API key". */
  readonly what: string;
  readonly call: CallOptions;
  /** What to do when only some nodes did it, as a sentence. */
  readonly remedy: string;
  /** The node that is asked first; the first of the topology unless told. */
  readonly first?: NodeInfo;
  request(node: NodeInfo): NodeRequest;
  /** Refusals of nodes that are already as they should be. */
  isDone?(response: NodeResponse): boolean;
}

/** What the nodes answered in their order, or the refusal of the one that was asked first. */
export type ImmediateResult =
  | { readonly kind: "refused"; readonly response: NodeResponse }
  | { readonly kind: "done"; readonly responses: readonly NodeResponse[] };

/** Lane of the changes that belong to no index: one after the other, in call order. */
const LANE = " administration";

/**
 * Lets one node judge and make a change, then has all others make it.
 * @throws MiroirError `miroir_no_quorum` when a node is down (nothing was changed) or failed half-way (the sentence says where)
 */
export function changeEveryNode(
  cluster: Cluster,
  request: ClusterRequest,
  change: ImmediateChange,
): Promise<ImmediateResult> {
  return cluster.intake.run(LANE, async () => {
    request.signal?.throwIfAborted();
    cluster.operation.requireCover();
    await requireEveryNode(cluster, change);
    const { clock, options } = cluster;
    const deadline = Deadline.start(clock, change.call.timeoutMs ?? options.writeTimeoutMs);
    try {
      return await changeInTurn(cluster, change, deadline);
    } finally {
      deadline.end();
    }
  });
}

async function changeInTurn(cluster: Cluster, change: ImmediateChange, deadline: Deadline): Promise<ImmediateResult> {
  const { nodes } = cluster.topology;
  const first = change.first ?? nodes[0];
  if (first === undefined) throw new Error("a cluster has at least one node");
  const judged = await changeNode(cluster, { node: first, change, deadline });
  if (judged.outcome.kind === "answered" && !judged.isDone)
    return { kind: "refused", response: judged.outcome.response };
  const others = judged.isDone ? nodes.filter((node) => node !== first) : [];
  const rest = await Promise.all(others.map((node) => changeNode(cluster, { node, change, deadline })));
  const replies = [judged, ...rest];
  if (replies.some((reply) => !reply.isDone)) throw halfDone(change, replies);
  const byNode = new Map(replies.map(({ node, outcome }) => [node, outcome]));
  return {
    kind: "done",
    responses: nodes.flatMap((node) => {
      const outcome = byNode.get(node);
      return outcome?.kind === "answered" ? [outcome.response] : [];
    }),
  };
}

interface Reply {
  readonly node: NodeInfo;
  readonly request: NodeRequest;
  readonly outcome: Outcome;
  readonly isDone: boolean;
}

async function changeNode(
  { transport, clock, health }: Cluster,
  {
    node,
    change,
    deadline,
  }: { readonly node: NodeInfo; readonly change: ImmediateChange; readonly deadline: Deadline },
): Promise<Reply> {
  const request = change.request(node);
  const { signal, remainingMs } = deadline;
  const outcome = await attempt(request, { transport, clock, signal, timeoutMs: remainingMs });
  health.observe(node.id, outcome);
  const response = outcome.kind === "answered" ? outcome.response : undefined;
  const isDone = response !== undefined && (response.status < 400 || change.isDone?.(response) === true);
  return { node, request, outcome, isDone };
}

function halfDone({ what, remedy }: ImmediateChange, replies: readonly Reply[]): MiroirError {
  const attempts = replies
    .filter((reply) => !reply.isDone)
    .map(({ request, outcome }) => describeAttempt(request, outcome));
  const done = replies.filter(({ isDone }) => isDone).map(({ node }) => `\`${node.id}\``);
  const who = done.length === 0 ? "No node is known to have done it" : `Only ${done.join(", ")} did it`;
  const message = `${what} needs every node: ${describeFailures(attempts)}. ${who}. ${remedy}`;
  return new MiroirError("miroir_no_quorum", message, { status: 503, attempts });
}
