import {
  type Config,
  type Meilisearch,
  MeilisearchApiError,
  MeilisearchRequestError,
  MeilisearchRequestTimeOutError,
} from "meilisearch";
import { ClusterUnreachable } from "../core/errors.ts";
import { attachMeta } from "../core/meta.ts";
import type { ClusterRequest, ClusterResponse, HttpMethod } from "../core/types.ts";
import { Deadline, DeadlineExceeded } from "../execute/deadline.ts";
import type { CallOptions } from "../routes/cluster.ts";
import { untilAborted } from "../util/abort.ts";
import { systemClock } from "../util/clock.ts";
import type { Session } from "./lazy-session.ts";
import { toRequest, type VerbOptions } from "./to-request.ts";

type HttpRequests = Meilisearch["httpRequest"];

/** Where intercepted calls go. */
export interface Interception {
  readonly session: Session;
  readonly call: CallOptions;
  readonly config: Config;
}

const VERBS = {
  get: "GET",
  getStream: "GET",
  post: "POST",
  postStream: "POST",
  put: "PUT",
  patch: "PATCH",
  delete: "DELETE",
} as const satisfies Record<string, HttpMethod>;

/**
 * Puts own properties over the seven verbs of an official request object. Everything in the official client looks the
 * verbs up when it calls them, so no method, present or future, reaches a single node past the cluster.
 */
export function intercept(httpRequest: HttpRequests, target: Interception): void {
  for (const [verb, method] of Object.entries(VERBS)) {
    Object.defineProperty(httpRequest, verb, {
      value: async (options: VerbOptions) => {
        const body = await send(method, options, target);
        return verb.endsWith("Stream") ? streamOf(body) : body;
      },
      configurable: true,
    });
  }
}

/** The stream verbs of the official client answer bytes as they come; a cluster's answer is whole when it is there. */
function streamOf(body: unknown): ReadableStream<Uint8Array> | null {
  return new Response(String(body)).body;
}

async function send(
  method: HttpMethod,
  options: VerbOptions,
  { session, call, config }: Interception,
): Promise<unknown> {
  const request = toRequest(method, options, config);
  const budget = budgetOf(request, config);
  const signal = budget?.signal ?? request.signal;
  try {
    const work = session.handle({ ...request, ...(signal && { signal }) }, call);
    const response = await (signal === undefined ? work : untilAborted(work, signal));
    return unwrap(response);
  } catch (error) {
    if (signal?.aborted === true) throw aborted(urlOf(request, config), signal.reason, request);
    throw error instanceof ClusterUnreachable ? new MeilisearchRequestError(urlOf(request, config), error) : error;
  } finally {
    budget?.end();
  }
}

/** Where one server would have been asked, as the official client names it in its errors. */
function urlOf({ path, params }: ClusterRequest, { host }: Config): string {
  const url = new URL(path, host.endsWith("/") ? host : `${host}/`);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return url.toString();
}

/** The official client's `timeout` counts only for calls without a signal of their own. */
function budgetOf(request: ClusterRequest, config: Config): Deadline | undefined {
  if (config.timeout === undefined || request.signal !== undefined) return undefined;
  return Deadline.start(systemClock, config.timeout);
}

function aborted(url: string, reason: unknown, request: ClusterRequest): MeilisearchRequestError {
  if (!(reason instanceof DeadlineExceeded)) return new MeilisearchRequestError(url, reason);
  const { authorization: _, ...headers } = request.headers;
  return new MeilisearchRequestError(
    url,
    new MeilisearchRequestTimeOutError(reason.timeoutMs, { method: request.method, headers }),
  );
}

function unwrap(response: ClusterResponse): unknown {
  const { status, body, meta, headers } = response;
  if (status < 400) return attachMeta(body, meta);
  const answer = new Response(null, { status, headers: shownHeaders(headers) });
  throw new MeilisearchApiError(answer, body as ConstructorParameters<typeof MeilisearchApiError>[1]);
}

function shownHeaders(headers: ClusterResponse["headers"]): Record<string, string> {
  const retryAfter = headers?.["retry-after"];
  return retryAfter === undefined ? {} : { "retry-after": retryAfter };
}
