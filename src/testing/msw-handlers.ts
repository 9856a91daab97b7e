import type { HttpHandler } from "msw";
import type { EmbeddedNode } from "./embedded-node/index.ts";

/** Where the handlers listen. */
export interface MeilisearchHandlersOptions {
  /** Address that the application under test calls, with or without a path. @default "http://localhost:7700" */
  readonly host?: string;
}

/** The address of a Meilisearch server that nobody configured. */
const DEFAULT_HOST = "http://localhost:7700";

/**
 * Handlers for `setupServer()` of msw 2 (an optional peer dependency) that let an embedded node answer every request to
 * `host`, so that an application with a fixed address can be tested as it is. The node's `faults` do not apply: they are
 * faults of its own network.
 */
export async function meilisearchHandlers(
  node: Pick<EmbeddedNode, "handle">,
  { host = DEFAULT_HOST }: MeilisearchHandlersOptions = {},
): Promise<HttpHandler[]> {
  const { http } = await import("msw");
  const base = host.replace(/\/+$/, "");
  const prefix = new URL(base).pathname.replace(/\/$/, "");
  return [`${base}/`, `${base}/*`].map((path) => http.all(path, ({ request }) => answer(node, request, prefix)));
}

async function answer(node: Pick<EmbeddedNode, "handle">, request: Request, prefix: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { status, headers, body } = node.handle({
    method: request.method,
    path: pathname.slice(prefix.length) || "/",
    query: search.slice(1),
    headers: Object.fromEntries(request.headers),
    body: new Uint8Array(await request.arrayBuffer()),
  });
  return new Response(body === "" ? null : body, { status, headers });
}
