import type { Meta } from "./meta.ts";

/** Shapes that every layer shares. Words are those of docs/architecture.md. */

/** Any value that JSON text can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object; a document, a body, a filter's field map. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** The HTTP verbs that Meilisearch answers. */
export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One Meilisearch server of the cluster. `id` decides placement and never changes; `url` may. */
export interface NodeInfo {
  readonly id: string;
  /** Base address, no trailing slash. */
  readonly url: string;
  /** Name of the replica group the node belongs to. */
  readonly group: string;
  /** Where it stands: a data centre, an availability zone. */
  readonly zone?: string;
  /** Relative capacity, 1 by default; the bounded-load cap is shared out by it. */
  readonly weight: number;
}

/** The error body of every Meilisearch answer, four keys exactly. */
export interface ErrorBody {
  readonly message: string;
  readonly code: string;
  readonly type: "invalid_request" | "auth" | "internal" | "system";
  readonly link: string;
}

/** A user's call as the route handlers see it, whether it came from the client or the gateway. */
export interface ClusterRequest {
  readonly method: HttpMethod;
  /** Path below the host without leading slash and query: `indexes/movies/search`. */
  readonly path: string;
  /** Query parameters, already as text. */
  readonly params: Readonly<Record<string, string>>;
  /** A parsed JSON value, or the raw text of the payload when `contentType` is not JSON or the caller sent text. */
  readonly body?: unknown;
  /** True when `body` is text that is sent to a node as it stands, where any other text would be a JSON value. */
  readonly isText?: boolean;
  /** Media type of `body` without parameters; `application/json` unless told. */
  readonly contentType?: string;
  /** Lower-cased header names of the caller's own headers (authorization included). */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What a route handler answers: the Meilisearch body, untouched by miroir, and what miroir knows beside it. */
export interface ClusterResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly meta?: Meta;
}
