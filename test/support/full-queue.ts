import type { EmbeddedNode, EmbeddedRequest, Fault } from "../../src/testing/embedded-node/index.ts";

/** Requests that make no task. */
const NO_TASK = /^\/(keys|multi-search|experimental-features)|\/(search|facet-search|fetch|similar)$/;

/** Deleting and canceling tasks, which makes room. */
const REMOVAL = /^\/tasks(\/cancel)?$/;

/**
 * A task queue without room, as the server judges it: reads go on, whatever would make a task is refused, and of deletions
 * and cancelations of tasks those that match none.
 */
export function fullQueue(node: EmbeddedNode): Fault {
  const message =
    "Meilisearch cannot receive write operations because the limit of the task database has been reached. " +
    "Please delete tasks to continue performing write operations.";
  const makesNoRoom = ({ path, query }: EmbeddedRequest) => !REMOVAL.test(path) || !hasTasks(node, query);
  const match = (request: EmbeddedRequest) =>
    request.method !== "GET" && !NO_TASK.test(request.path) && makesNoRoom(request);
  return { status: 422, error: { code: "no_space_left_on_device", message }, match };
}

function hasTasks(node: EmbeddedNode, query: string): boolean {
  const headers = { authorization: `Bearer ${node.masterKey}` };
  const answer = node.handle({ method: "GET", path: "/tasks", query, headers, body: new Uint8Array() });
  return (JSON.parse(String(answer.body)) as { total: number }).total > 0;
}
