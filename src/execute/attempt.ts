import type { Attempt } from "../core/attempt.ts";
import { type NodeRequest, type NodeResponse, type Transport, TransportFailure } from "../transport/transport.ts";
import type { Clock } from "../util/clock.ts";
import { Deadline, DeadlineExceeded } from "./deadline.ts";

/**
 * What came of one request to one node.
 * - `answered`: the node judged the request (any status below 500 but 429)
 * - `overloaded`: 429, or 503 in the server's own words: it is alive and did nothing; `retryAfterMs` if it said so
 * - `broken`: another 5xx, a proxy's 503 among them: it may or may not have done it
 * - `unreachable`: it cannot have seen the request
 * - `unknown`: sent, and the answer was lost: it may still do it later
 * - `aborted`: the caller's signal or the operation's deadline ended it
 *
 * `silentMs` is the time the node was given in vain, `undefined` when it was something else that ended the wait.
 */
export type Outcome =
  | { readonly kind: "answered"; readonly response: NodeResponse }
  | { readonly kind: "overloaded"; readonly response: NodeResponse; readonly retryAfterMs: number | undefined }
  | { readonly kind: "broken"; readonly response: NodeResponse }
  | { readonly kind: "unreachable"; readonly failure: TransportFailure }
  | { readonly kind: "unknown"; readonly failure: TransportFailure; readonly silentMs: number | undefined }
  | { readonly kind: "aborted"; readonly failure: TransportFailure; readonly silentMs: number | undefined };

/** What an attempt needs beside the request. */
export interface AttemptContext {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Ends the whole operation. */
  readonly signal: AbortSignal;
  /** Longest wait for this one node, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sends one request to one node; never throws. */
export async function attempt(request: NodeRequest, context: AttemptContext): Promise<Outcome> {
  const deadline = Deadline.start(context.clock, context.timeoutMs, context.signal);
  try {
    return await attemptUnder(deadline, request, context);
  } finally {
    deadline.end();
  }
}

/** The same under a deadline that others end: one of its own, of `timeoutMs`, or the whole operation's. */
export async function attemptUnder(
  deadline: Deadline,
  request: NodeRequest,
  context: AttemptContext,
): Promise<Outcome> {
  try {
    return judge(await context.transport.send(request, deadline.signal), context.clock);
  } catch (error) {
    const silentMs = deadline.signal.reason instanceof DeadlineExceeded ? context.timeoutMs : undefined;
    return toOutcome(error, context.signal, silentMs);
  }
}

function judge(response: NodeResponse, clock: Clock): Outcome {
  if (response.status === 429 || (response.status === 503 && hasCode(response))) {
    return { kind: "overloaded", response, retryAfterMs: retryAfterMs(response.headers["retry-after"], clock.now()) };
  }
  return response.status >= 500 ? { kind: "broken", response } : { kind: "answered", response };
}

/** A proxy answers 503 too, also when the connection broke after the node had got the request. */
function hasCode({ body }: NodeResponse): boolean {
  return typeof (body as { code?: unknown } | null | undefined)?.code === "string";
}

function toOutcome(error: unknown, signal: AbortSignal, silentMs: number | undefined): Outcome {
  const failure = error instanceof TransportFailure ? error : new TransportFailure("reset", String(error), error);
  if (!failure.sent) return { kind: "unreachable", failure };
  if (failure.kind !== "aborted") return { kind: "unknown", failure, silentMs: undefined };
  return { kind: signal.aborted ? "aborted" : "unknown", failure, silentMs };
}

/** `Retry-After` in milliseconds: seconds, or an HTTP date. */
function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}

/** One line for the error that a failed outcome leads to. */
export function describeAttempt(request: NodeRequest, outcome: Outcome): Attempt {
  const { id, url } = request.node;
  switch (outcome.kind) {
    case "answered":
    case "overloaded":
    case "broken": {
      const { status, body } = outcome.response;
      const message = (body as { message?: unknown } | undefined)?.message;
      return { node: id, url, status, reason: `answered ${status}${message === undefined ? "" : `: ${message}`}` };
    }
    case "unknown":
      return {
        node: id,
        url,
        reason: outcome.silentMs !== undefined ? "did not answer in time" : outcome.failure.message,
      };
    case "unreachable":
    case "aborted":
      return { node: id, url, reason: outcome.failure.message };
    default:
      return outcome satisfies never;
  }
}
