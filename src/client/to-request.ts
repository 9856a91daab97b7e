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

/** Paths that reading as a URL would not change: nearly all. */
const PLAIN_PATH = /^[\w-]+(?:\/[\w-]+)*$/;

/** A call of the official client as a cluster request; headers and parameters are put together as the client does. */
export function toRequest(method: HttpMethod, options: VerbOptions, config: Partial<Config>): ClusterRequest {
  const { path, params } = addressOf(options.path);
  const headers = headersOf(options, config);
  const signal = options.extraRequestInit?.signal;
  return {
    method,
    path,
    params: { ...params, ...paramsOf(options.params) },
    headers,
    ...bodyOf(options, method !== "GET" && DOCUMENTS_PATH.test(path)),
    contentType: headers["content-type"] ?? "application/json",
    ...(signal === undefined || signal === null ? {} : { signal }),
  };
}

function addressOf(given: string): Pick<ClusterRequest, "path" | "params"> {
  if (PLAIN_PATH.test(given)) return { path: given, params: {} };
  const url = new URL(given, "http://cluster/");
  return { path: url.pathname.slice(1).replace(/\/+$/, ""), params: Object.fromEntries(url.searchParams) };
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
  const headers = namedHeaders(options.extraRequestInit?.headers);
  if (options.contentType !== undefined) headers["content-type"] ??= options.contentType;
  const configured = namedHeaders(config.requestInit?.headers);
  for (const name in configured) headers[name] ??= configured[name] ?? "";
  // An empty key is none.
  if (config.apiKey) headers["authorization"] ??= `Bearer ${config.apiKey}`;
  headers["x-meilisearch-client"] = [...(config.clientAgents ?? []), "miroir"].join(" ; ");
  return headers;
}

/** Headers in any of their forms by lower-case name; building a `Headers` costs more than the rest of the request. */
function namedHeaders(given: HeadersInit): Record<string, string> {
  return given === undefined ? {} : Object.fromEntries(new Headers(given));
}

/**
 * The caller may change its objects after the call, as with the official client, which serialises at once. The route of
 * documents takes its payload apart at once; every other body is copied as JSON.
 */
function bodyOf(
  { body, contentType }: VerbOptions,
  isTakenApartAtOnce: boolean,
): Pick<ClusterRequest, "body" | "isText"> {
  if (body === undefined) return {};
  // A text without a content type is a JSON value, here as everywhere.
  if (isTakenApartAtOnce)
    return { body: typeof body === "string" && contentType === undefined ? JSON.stringify(body) : body };
  if (typeof body === "string") return contentType === undefined ? { body } : readText(body, contentType);
  return { body: JSON.parse(JSON.stringify(body)) };
}

/** Text with a content type is sent as it stands; what is no JSON stays text, so that a node words the refusal. */
function readText(text: string, contentType: string): Pick<ClusterRequest, "body" | "isText"> {
  try {
    if (/^application\/json\b/.test(contentType)) return { body: JSON.parse(text) };
  } catch {
    // no JSON
  }
  return { body: text, isText: true };
}
