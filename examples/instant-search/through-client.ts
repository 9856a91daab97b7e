import type { Config, Meilisearch } from "meilisearch";

type HttpClient = NonNullable<Config["httpClient"]>;

const VERBS = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

/**
 * For libraries that make an official client of their own from a host and a key: as their option `httpClient` it hands
 * every request to the client given, with the headers (and so the key) and the abort signal that the library chose.
 */
export function throughClient({ httpRequest }: Meilisearch): HttpClient {
  return (input, { method = "GET", body, headers, signal = null } = {}) => {
    const { pathname, search } = new URL(String(input));
    return httpRequest[VERBS[method as keyof typeof VERBS]]({
      path: `${pathname.slice(1)}${search}`,
      ...(typeof body === "string" && { body }),
      contentType: new Headers(headers).get("content-type") ?? "application/json",
      extraRequestInit: { ...(headers && { headers }), signal },
    });
  };
}
