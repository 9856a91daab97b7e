import type { Config } from "meilisearch";
import type { ClusterRequest, HttpMethod } from "../core/types.ts";
import { DOCUMENTS_PATH } from "../routes/route.ts";

/** What the official client hands to one of its request verbs; its own type is not exported. */
export interface VerbOptions {
  readonly path: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly extraRequestInit?: { readonly signal?: AbortSignal | null; readonly headers?: HeadersInit };
}

type HeadersInit = ConstructorParameters<typeof Headers>[0];

/** A call of the official client as a cluster request; headers and parameters are put together as the client does. */
export function toRequest(method: HttpMethod, options: VerbOptions, config: Partial<Config>): ClusterRequest {
  const url = new URL(options.path, "http://cluster/");
  const path = url.pathname.slice(1).replace(/\/+$/, "");
  const headers = headersOf(options, config);
  const signal = options.extraRequestInit?.signal;
  return {
    method,
    path,
    params: { ...Object.fromEntries(url.searchParams), ...paramsOf(options.params) },
    headers,
    ...(options.body === undefined
      ? {}
      : { body: copyBody(options.body, method !== "GET" && DOCUMENTS_PATH.test(path)) }),
    contentType: headers["content-type"] ?? "application/json",
    ...(signal === undefined || signal === null ? {} : { signal }),
  };
}

function paramsOf(params: VerbOptions["params"]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) texts[name] = value.join();
    else texts[name] = value instanceof Date ? value.toISOString() : String(value);
  }
  return texts;
}

function headersOf(options: VerbOptions, config: Partial<Config>): Record<string, string> {
  const headers = new Headers(options.extraRequestInit?.headers);
  if (options.contentType !== undefined && !headers.has("content-type"))
    headers.set("content-type", options.contentType);
  for (const [name, value] of new Headers(config.requestInit?.headers))
    if (!headers.has(name)) headers.set(name, value);
  if (config.apiKey !== undefined && !headers.has("authorization"))
    headers.set("authorization", `Bearer ${config.apiKey}`);
  headers.set("x-meilisearch-client", [...(config.clientAgents ?? []), "miroir"].join(" ; "));
  return Object.fromEntries(headers);
}

/**
 * The caller may change its objects after the call, as with the official client, which serialises at once. The route of
 * documents takes its payload apart at once; every other body is copied as JSON.
 */
function copyBody(body: unknown, isTakenApartAtOnce: boolean): unknown {
  if (typeof body === "string" || isTakenApartAtOnce) return body;
  return JSON.parse(JSON.stringify(body));
}
