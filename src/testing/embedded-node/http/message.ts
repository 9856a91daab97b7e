import type { JsonValue } from "../../../core/types.ts";

/** One HTTP request as the node reads it; no socket behind it is needed. */
export interface EmbeddedRequest {
  readonly method: string;
  /** Path as it was sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Query string as it was sent, without the question mark. */
  readonly query: string;
  /** Header values by lower-cased name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One HTTP answer of the node. */
export interface EmbeddedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a route answers before it is written as HTTP; no body = empty body. */
export interface Reply {
  readonly status: number;
  readonly body?: JsonValue;
  /** Text to send instead of JSON, with its own content type in `headers`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 200 with a JSON body. */
export function ok(body: JsonValue): Reply {
  return { status: 200, body };
}

/** Writes a reply as an HTTP answer. */
export function toResponse(reply: Reply): EmbeddedResponse {
  if (reply.text !== undefined) return { status: reply.status, headers: reply.headers ?? {}, body: reply.text };
  if (reply.body === undefined) return { status: reply.status, headers: reply.headers ?? {}, body: "" };
  return {
    status: reply.status,
    headers: { "content-type": "application/json", ...reply.headers },
    body: JSON.stringify(reply.body),
  };
}
