import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import { ApiError } from "./http/api-error.ts";
import { type EmbeddedRequest, type EmbeddedResponse, toResponse } from "./http/message.ts";
import { writeResponse } from "./http/write-response.ts";

/** A request that meets a fault. */
export interface FaultyExchange {
  readonly fault: Fault;
  readonly request: EmbeddedRequest;
  readonly outgoing: ServerResponse;
  readonly handle: (request: EmbeddedRequest) => EmbeddedResponse;
}

/** Answers, or fails to answer, as the fault says. */
export async function answerWithFault({ fault, request, outgoing, handle }: FaultyExchange): Promise<void> {
  if (fault.latencyMs !== undefined) await sleep(fault.latencyMs);
  if (fault.hang === true) return;
  if (fault.refuse === true) {
    outgoing.destroy();
    return;
  }
  if (fault.html === true) {
    writeResponse(outgoing, htmlPage(fault.status ?? 200));
    return;
  }
  if (fault.status !== undefined) {
    writeResponse(outgoing, withStatus(fault.status, fault));
    return;
  }
  const response = handle(request);
  if (fault.dropAnswerAfterWrite === true) outgoing.destroy();
  else if (fault.cutBody === true) cutShort(outgoing, response);
  else if (fault.trickleMs !== undefined) await trickle(outgoing, response, fault.trickleMs);
  else writeResponse(outgoing, response);
}

function cutShort(outgoing: ServerResponse, response: EmbeddedResponse): void {
  const body = Buffer.from(response.body);
  outgoing.writeHead(response.status, { ...response.headers, "content-length": body.byteLength });
  outgoing.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => outgoing.destroy());
}

async function trickle(outgoing: ServerResponse, response: EmbeddedResponse, pauseMs: number): Promise<void> {
  const body = Buffer.from(response.body);
  outgoing.writeHead(response.status, { ...response.headers, "content-length": body.byteLength });
  for (let at = 0; at < body.byteLength && !outgoing.destroyed; at++) {
    outgoing.write(body.subarray(at, at + 1));
    await sleep(pauseMs);
  }
  outgoing.end();
}

function htmlPage(status: number): EmbeddedResponse {
  const body = `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`;
  return { status, headers: { "content-type": "text/html" }, body };
}

function withStatus(status: number, { retryAfter, error }: Pick<Fault, "retryAfter" | "error">): EmbeddedResponse {
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  if (error !== undefined) {
    return toResponse({ status, headers, body: { ...new ApiError(error.code, error.message).body } });
  }
  if (status !== 503) return toResponse({ status, headers, body: { ...faultError(status).body } });
  const words = `Too many search requests running at the same time: 0. Retry after ${retryAfter ?? 10}s.`;
  return toResponse({
    status,
    headers: { "retry-after": "10", ...headers },
    body: { ...new ApiError("too_many_search_requests", words).body },
  });
}

function faultError(status: number): ApiError {
  const code = status >= 500 ? "internal" : "bad_request";
  return new ApiError(code, `The embedded node was told to answer ${status}.`);
}
