import type { Attempt } from "../core/attempt.ts";
import type { NodeInfo } from "../core/types.ts";
import type { NodeRequest, NodeResponse, Transport } from "../transport/transport.ts";
import { untilAborted } from "../util/abort.ts";
import type { Clock } from "../util/clock.ts";
import { attempt, describeAttempt, type Outcome } from "./attempt.ts";
import type { Deadline } from "./deadline.ts";
import type { HealthMonitor } from "./health-monitor.ts";
import type { Lanes } from "./lane.ts";

/** What one node is to be sent, in order. */
export interface WriteTarget {
  readonly node: NodeInfo;
  /** Made when the node's turn has come, so that they reflect what became of earlier writes; none = nothing it may be sent. */
  requests(): readonly NodeRequest[];
  /** Why it must not be sent anything, when its turn has come. */
  whyNot?(): string | undefined;
}

/**
 * What a node made of it.
 * - `acknowledged`: every request was enqueued
 * - `refused`: it judged the write wrong (4xx), and did nothing
 * - `missed`: it cannot have seen it, or said that it did nothing
 * - `unknown`: it may have done it, or may do it later
 */
type WriteVerdict = "acknowledged" | "refused" | "missed" | "unknown";

/** One node's reply to a write. */
export interface WriteReply {
  readonly node: NodeInfo;
  readonly verdict: WriteVerdict;
  /** Tasks that the node enqueued, also when a later request of the same write failed. */
  readonly taskUids: readonly number[];
  /** The refusal, when there was one. */
  readonly response?: NodeResponse;
  readonly attempt?: Attempt;
}

/** What writes run on. */
export interface WriteContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly health: HealthMonitor;
  /** Keeps the writes of one node and index in call order, one in flight. */
  readonly lanes: Lanes;
  /** Longest wait for one node, in milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Name of the lane beside the node: the physical index. */
  readonly lane: string;
  /** The caller's signal: what was not sent when it fires is not sent any more; what was sent is followed to its end. */
  readonly cancel: AbortSignal | undefined;
  /** Whether this process may still write, and an answer still counts: see `Operation.isCovered`. */
  isCovered(): boolean;
  /** Told of each reply before the next write in its lane begins. */
  replied?(reply: WriteReply): void;
}

/** Longest `Retry-After` that a write waits for. */
const LONGEST_PAUSE_MS = 2000;

/**
 * Sends a write to every target side by side; each node's own requests go one after the other. A suspect node is not
 * asked at all. Never throws, and never sends a request twice unless the node itself said that it did nothing.
 */
export function sendWrites(targets: readonly WriteTarget[], context: WriteContext): Promise<WriteReply[]> {
  return Promise.all(targets.map((target) => sendInTurn(target, context)));
}

/** Waits for the lane, but not longer than the call has time: a write that was given up is not sent when its turn comes. */
async function sendInTurn(target: WriteTarget, context: WriteContext): Promise<WriteReply> {
  const { node } = target;
  let hasBegun = false;
  const turn = context.lanes.run(`${node.id}/${context.lane}`, async () => {
    hasBegun = true;
    const reply = await sendToNode(target, context);
    context.replied?.(reply);
    return reply;
  });
  const { signal } = context.deadline;
  return untilAborted(turn, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return hasBegun ? turn : skip(node, "was not asked: the call ended before its turn came");
  });
}

async function sendToNode(target: WriteTarget, context: WriteContext): Promise<WriteReply> {
  const { node } = target;
  const skipped = whySkipped(target, context);
  if (skipped !== undefined) return skip(node, skipped);
  const requests = target.requests();
  if (requests.length === 0) return skip(node, "was not asked: it owes earlier writes of these documents");
  const taskUids: number[] = [];
  for (const request of requests) {
    const outcome = await sendOnce(request, context);
    const verdict = context.isCovered() ? judge(outcome) : judgeUncovered(outcome);
    if (verdict !== "acknowledged") {
      const response = "response" in outcome ? { response: outcome.response } : {};
      const attempt = describeAttempt(request, outcome);
      // Of a write that began, whatever stopped it, some part is there: neither missed nor refused.
      return { node, verdict: taskUids.length > 0 ? "unknown" : verdict, taskUids, attempt, ...response };
    }
    if (outcome.kind === "answered") taskUids.push((outcome.response.body as { taskUid: number }).taskUid);
  }
  return { node, verdict: "acknowledged", taskUids };
}

function skip(node: NodeInfo, reason: string): WriteReply {
  return { node, verdict: "missed", taskUids: [], attempt: { node: node.id, url: node.url, reason } };
}

function whySkipped(target: WriteTarget, { health, deadline, cancel, isCovered }: WriteContext): string | undefined {
  const { node } = target;
  if (!isCovered()) return "was not asked: the lease on the topology ran out before its turn came";
  if (deadline.signal.aborted || cancel?.aborted === true) return "was not asked: the call ended before its turn came";
  const reason = health.isSuspect(node.id) ? health.reasonOf(node.id) : target.whyNot?.();
  return reason === undefined ? undefined : `was not asked: it ${reason}`;
}

async function sendOnce(request: NodeRequest, context: WriteContext): Promise<Outcome> {
  const { transport, clock, deadline, health } = context;
  for (let isRetry = false; ; isRetry = true) {
    const timeoutMs = Math.min(context.attemptTimeoutMs, deadline.remainingMs);
    const outcome = await attempt(request, { transport, clock, signal: deadline.signal, timeoutMs });
    health.observe(request.node.id, outcome);
    const pauseMs = outcome.kind === "overloaded" ? (outcome.retryAfterMs ?? 100) : undefined;
    const isWorthIt = pauseMs !== undefined && pauseMs <= Math.min(LONGEST_PAUSE_MS, deadline.remainingMs / 2);
    if (isRetry || !isWorthIt) return outcome;
    await clock.sleep(pauseMs, deadline.signal).catch(() => undefined);
    if (deadline.signal.aborted || !context.isCovered()) return outcome;
  }
}

/** What a node took after the lease ended may have been overtaken by a change of owners: it is worth no more than a lost answer. */
function judgeUncovered(outcome: Outcome): WriteVerdict {
  const verdict = judge(outcome);
  return verdict === "acknowledged" ? "unknown" : verdict;
}

function judge(outcome: Outcome): WriteVerdict {
  switch (outcome.kind) {
    case "answered":
      if (outcome.response.status >= 400) return "refused";
      return Number.isInteger((outcome.response.body as { taskUid?: unknown } | undefined)?.taskUid)
        ? "acknowledged"
        : "unknown";
    case "overloaded":
    case "unreachable":
      return "missed";
    case "broken":
    case "unknown":
    case "aborted":
      return "unknown";
    default:
      return outcome satisfies never;
  }
}
