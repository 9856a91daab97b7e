import type { EmbeddedNode, EmbeddedRequest, Fault } from "../../src/testing/embedded-node/index.ts";

/** Requests that make no task. */
const NO_TASK = /^\/(keys|multi-search|experimental-features)|\/(search|facet-search|fetch|similar)$/;

/** Deleting and canceling tasks. */
const REMOVAL = /^\/tasks(\/cancel)?$/;

/**
 * A task queue without room, as the server judges it: reads go on, whatever would make a task is refused, and of deletions
 * and cancelations of tasks those that match none. The first deletion of some makes room.
 */
export function fullQueue(node: EmbeddedNode): Fault {
  const message =
    "Meilisearch cannot receive write operations because the limit of the task database has been reached. " +
    "Please delete tasks to continue performing write operations.";
  let isFull = true;
  const match = (request: EmbeddedRequest) => {
    const { method, path } = request;
    if (method === "GET" || NO_TASK.test(path)) return false;
    const isRemoval = REMOVAL.test(path) && hasTasks(node, request);
    if (isRemoval && method === "DELETE") isFull = false;
    return isFull && !isRemoval;
  };
  return { status: 422, error: { code: "no_space_left_on_device", message }, match };
}

function hasTasks(node: EmbeddedNode, { query }: EmbeddedRequest): boolean {
  const headers = { authorization: `Bearer ${node.masterKey}` };
  const answer = node.handle({ method: "GET", path: "/tasks", query, headers, body: new Uint8Array() });
  return (JSON.parse(String(answer.body)) as { total: number }).total > 0;
}
