import type { ClusterRequest, ClusterResponse, ErrorBody, JsonObject, NodeInfo } from "../core/types.ts";
import { attempt } from "../execute/attempt.ts";
import { Deadline } from "../execute/deadline.ts";
import { JsonScanner } from "../routing/payload/json-scanner.ts";
import type { NodeResponse } from "../transport/transport.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { callerHeaders } from "./read.ts";
import type { RouteHandler } from "./route.ts";
import { taskRights } from "./task-rights.ts";
import { taskNotFound } from "./tasks.ts";
import { askOneNode } from "./verbatim.ts";

/** Names no node's task: their numbers do not go so far. */
const NO_TASK = "4294967295";

/**
 * `GET tasks/:uid/documents`: the payload of a write that is not applied yet, as NDJSON text. Each node has the documents
 * of its shards in the caller's order; together they come node by node.
 */
export const taskDocumentsRoute: RouteHandler = {
  routes: [{ method: "GET", path: "tasks/:uid/documents" }],
  async handle(request, context) {
    const cluster = await context.cluster();
    const { call } = context;
    const given = context.path["uid"] ?? "";
    const judged = await askOneNode(cluster, { ...request, path: `tasks/${asNodeUid(given)}/documents` }, call);
    if (codeOf(judged) !== "task_not_found") return refusal(judged);
    const rights = await taskRights(cluster, request, call);
    if ("refusal" in rights) return rights.refusal;
    const uid = Number(given);
    const view = await cluster.tasks.view(uid);
    if (view === undefined || !rights.sees(view["indexUid"])) return { status: 404, body: taskNotFound(uid) };
    return readPayload(cluster, { request, call, uid });
  },
};

/** Whether the route is switched on, open to the key, and the number one, a node judges by a task that no node has. */
function asNodeUid(uid: string): string {
  return /^\d+$/.test(uid) ? NO_TASK : uid;
}

interface PayloadRead {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
  readonly uid: number;
}

async function readPayload(cluster: Cluster, read: PayloadRead): Promise<ClusterResponse> {
  const parts = (await cluster.tasks.partsOf(read.uid)).filter(
    ({ task }) => task["type"] === "documentAdditionOrUpdate",
  );
  const texts = await Promise.all(parts.map((part) => readPart(cluster, part, read)));
  // Replicas have the same documents, in the same words.
  const lines = new Set(texts.flatMap(documentsOf));
  if (lines.size === 0) return { status: 404, body: fileNotFound(read.uid) };
  return { status: 200, body: `${[...lines].join("\n")}\n`, headers: { "content-type": "application/x-ndjson" } };
}

/** The documents of a node's payload as texts: nothing separates them there. */
function documentsOf(text: string): string[] {
  const scanner = new JsonScanner(text);
  const documents: string[] = [];
  while (scanner.peek() !== "") documents.push(scanner.value());
  return documents;
}

/** What one node still has of the payload: nothing once it has applied it, or when it cannot be asked. */
async function readPart(
  { transport, clock, health, options }: Cluster,
  { node, task }: { readonly node: NodeInfo; readonly task: JsonObject },
  { request, call }: PayloadRead,
): Promise<string> {
  const deadline = Deadline.start(clock, call.timeoutMs ?? options.readTimeoutMs, request.signal);
  try {
    const path = `tasks/${task["uid"]}/documents`;
    const outcome = await attempt(
      { ...callerHeaders(request), node, method: "GET", path, asText: true, cutsReserved: true },
      { transport, clock, signal: deadline.signal, timeoutMs: deadline.remainingMs },
    );
    health.observe(node.id, outcome);
    request.signal?.throwIfAborted();
    return outcome.kind === "answered" && outcome.response.status < 300 ? String(outcome.response.body) : "";
  } finally {
    deadline.end();
  }
}

function codeOf({ body }: NodeResponse): unknown {
  return (body as { code?: unknown } | undefined)?.code;
}

function refusal({ status, body, headers }: NodeResponse): ClusterResponse {
  return { status, body, headers };
}

function fileNotFound(uid: number): ErrorBody {
  const code = "task_file_not_found";
  const message = `Task \`${uid}\` does not contain any documents. Only \`documentAdditionOrUpdate\` tasks with the statuses \`enqueued\` or \`processing\` contain documents`;
  return { message, code, type: "invalid_request", link: `https://docs.meilisearch.com/errors#${code}` };
}
