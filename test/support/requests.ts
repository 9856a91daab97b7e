import type { EmbeddedNode, EmbeddedRequest } from "../../src/testing/embedded-node/index.ts";

/** Notes every request of a node from now on; set it after the node's other faults, and again when they were cleared. */
export function recordRequests(node: EmbeddedNode): EmbeddedRequest[] {
  const seen: EmbeddedRequest[] = [];
  node.faults.set({
    match(request) {
      seen.push(request);
      return false;
    },
  });
  return seen;
}

/** Matches the requests that write documents of an index. */
export function isDocumentWrite(uid: string): (request: EmbeddedRequest) => boolean {
  return ({ method, path }) =>
    path.startsWith(`/indexes/${uid}/documents`) && method !== "GET" && !path.endsWith("/fetch");
}

/** Matches searches and document reads of an index. */
export function isRead(uid: string): (request: EmbeddedRequest) => boolean {
  return ({ method, path }) =>
    path.startsWith(`/indexes/${uid}/`) && (path.endsWith("/search") || path.endsWith("/fetch") || method === "GET");
}

/** A request's body as text. */
export function bodyText(request: EmbeddedRequest): string {
  return new TextDecoder().decode(request.body);
}
