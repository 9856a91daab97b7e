import { type IndexSwap, swapProblem, swappedRows } from "../cluster/swap-rows.ts";
import type { ClusterRequest, ClusterResponse, JsonObject } from "../core/types.ts";
import type { NodeResponse } from "../transport/transport.ts";
import { alignRules } from "./align-rules.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { enqueued, finishLocally, newHead } from "./enqueue.ts";
import { changeRows, requireOwnName, VALID_UID } from "./index-lifecycle.ts";
import { acceptedChange, nodesToAsk, storedMatters, withMatters } from "./missing-nodes.ts";
import { namesChanged } from "./names-changed.ts";
import type { RouteHandler } from "./route.ts";
import { askOneNode, notSupported } from "./verbatim.ts";

/**
 * `POST swap-indexes`: the rows of the registry change, which say what each name stands for; the nodes' own indexes keep
 * their names. Never a swap on the nodes, which one of them might make before another.
 */
export const swapRoute: RouteHandler = {
  routes: [{ method: "POST", path: "swap-indexes" }],
  async handle(request, context) {
    const swaps = readSwaps(request.body);
    const cluster = await context.cluster();
    if (swaps === undefined) return refuseMalformed(cluster, request, context.call);
    const uids = swaps.flatMap(({ indexes }) => indexes);
    for (const uid of uids) requireOwnName(uid);
    return cluster.intake.runInAll(uids, async () => {
      const refusal = await refusalOf(cluster, request, context.call);
      return refusal === undefined ? swap(cluster, swaps, context.call) : shown(refusal);
    });
  },
};

/** `undefined` when the body is not one that a server could take, apart from the length of its pairs and repeated names. */
function readSwaps(body: unknown): IndexSwap[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const swaps = body.map(readSwap);
  return swaps.every((swap) => swap !== undefined) ? swaps : undefined;
}

function readSwap(value: unknown): IndexSwap | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { indexes, rename = false, ...others } = value as JsonObject;
  const isList = Array.isArray(indexes) && indexes.every((uid) => typeof uid === "string" && VALID_UID.test(uid));
  if (!isList || typeof rename !== "boolean" || Object.keys(others).length > 0) return undefined;
  return { indexes: indexes as unknown as [string, string], rename };
}

/** One node words the refusal. What it might take after all has an entry more that no server takes. */
async function refuseMalformed(cluster: Cluster, request: ClusterRequest, call: CallOptions): Promise<ClusterResponse> {
  const body = Array.isArray(request.body) ? [...(request.body as unknown[]), {}] : request.body;
  const response = await askOneNode(cluster, { ...request, body }, call);
  if (response.status >= 400 && codeOf(response) !== "missing_swap_indexes") return shown(response);
  if (Array.isArray(request.body) && request.body.some(lacksIndexes)) return shown(response);
  throw notSupported("`swapIndexes()` in this form", "Send what the official client sends.");
}

function lacksIndexes(swap: unknown): boolean {
  return (swap as { indexes?: unknown } | null)?.indexes === undefined;
}

/**
 * Lets one node judge the caller's key and the pairs without swapping anything: no server takes a list that names an
 * index twice, and it looks at the key and at each pair before it says so.
 */
async function refusalOf(
  cluster: Cluster,
  request: ClusterRequest,
  call: CallOptions,
): Promise<NodeResponse | undefined> {
  const swaps = request.body as readonly JsonObject[];
  const uids = swaps.flatMap(({ indexes }) => indexes as string[]);
  const isRepeating = new Set(uids).size < uids.length;
  const body = swaps.length === 0 ? [{}] : isRepeating ? swaps : [...swaps, ...swaps];
  const response = await askOneNode(cluster, { ...request, body }, call);
  const expected = swaps.length === 0 ? "missing_swap_indexes" : "invalid_swap_duplicate_index_found";
  return codeOf(response) === expected && !isRepeating ? undefined : response;
}

function codeOf({ body }: NodeResponse): string | undefined {
  return (body as { code?: string } | undefined)?.code;
}

function shown({ status, body, headers }: NodeResponse): ClusterResponse {
  return { status, body, headers };
}

async function swap(cluster: Cluster, swaps: readonly IndexSwap[], call: CallOptions): Promise<ClusterResponse> {
  const { registry, tasks } = cluster;
  const details = { swaps: swaps.map(({ indexes, rename }) => ({ indexes: [...indexes], rename })) };
  const head = newHead(cluster, { indexUid: null, type: "indexSwap", details });
  await registry.refresh();
  const error = swapProblem(swaps, registry.rows);
  if (error !== undefined) return finishLocally(cluster, head, { status: "failed", details, error });
  if (swaps.length === 0) return finishLocally(cluster, head, { status: "succeeded", details });
  const swapping = { what: "Swapping indexes", call, matters: [] };
  await nodesToAsk(cluster, swapping);
  const change = acceptedChange(cluster, swapping);
  const storing = await changeRows(cluster, (rows) => {
    return swapProblem(swaps, rows) === undefined ? swappedRows(swaps, rows) : undefined;
  });
  if (storing === undefined) return swap(cluster, swaps, call); // another process took an index away
  const aligned = await alignRules(cluster, call);
  tasks.add({
    ...{ head, parts: [...storing, ...aligned.parts] },
    change: withMatters(change, [...storedMatters(storing), ...aligned.matters]),
  });
  return { status: 202, body: enqueued(head), meta: namesChanged(cluster) };
}
