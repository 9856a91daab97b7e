import { whyGivenUp } from "../telemetry/failure-names.ts";
import { nameOperation } from "../telemetry/operation-name.ts";
import type { AttemptEnd, AttemptSpan, AttemptStart } from "../telemetry/tracer.ts";
import { type NodeRequest, type NodeResponse, type Transport, TransportFailure } from "../transport/transport.ts";

/** A transport that tells of every request: that it begins, and how it ended. */
export function watchedTransport(transport: Transport, begin: (start: AttemptStart) => AttemptSpan): Transport {
  return {
    send(request, signal) {
      const { operation } = nameOperation(request.method, request.path);
      const span = begin({ operation, node: request.node });
      return transport.send(withHeaders(request, span.headers), signal).then(
        (response) => {
          span.end(endOf(response));
          return response;
        },
        (error: unknown) => {
          span.end({ error: errorTypeOf(error, signal) });
          throw error;
        },
      );
    },
    close: () => transport.close(),
  };
}

function withHeaders(request: NodeRequest, headers: AttemptSpan["headers"]): NodeRequest {
  return headers === undefined ? request : { ...request, headers: { ...request.headers, ...headers } };
}

function endOf({ status }: NodeResponse): AttemptEnd {
  if (status === 429 || status === 503) return { status, error: "overloaded" };
  return status >= 500 ? { status, error: "server_error" } : { status };
}

/**
 * The kind of a failure: `unreachable`, `identity`, `reset` and `bad_answer` are the transport's; `timeout` when its time
 * was over, `aborted` when nobody wanted the answer any more, which is not the node's fault.
 */
function errorTypeOf(error: unknown, signal: AbortSignal): string {
  if (!(error instanceof TransportFailure)) return "reset";
  if (error.kind === "aborted") return whyGivenUp(signal);
  return error.kind === "bad-answer" ? "bad_answer" : error.kind;
}
