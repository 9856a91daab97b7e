import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Operator, OperatorCall } from "./operator.ts";

/** Uid of the hidden index on every node that holds what miroir knows about the cluster. */
export const STATE_INDEX = "miroir__state";

/** A record in the state index; `value` is kept as JSON text so that the node stores it untouched. */
export interface StateRecord {
  /** Unique over all kinds, in the characters of a document id. */
  readonly id: string;
  readonly kind: "marker" | "index" | "debt" | "payment";
  readonly value: JsonObject;
}

interface StateDocument {
  readonly id: string;
  readonly kind: StateRecord["kind"];
  readonly value: string;
}

/** Most records read in one request. */
const PAGE = 1000;

/** All records of a node, or `undefined` when it has no state index; only a first meeting may go `unchecked`. */
export async function readState(
  operator: Operator,
  node: NodeInfo,
  { signal, unchecked }: { readonly signal?: AbortSignal | undefined; readonly unchecked: boolean },
): Promise<StateRecord[] | undefined> {
  const records: StateRecord[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const call: OperatorCall = {
      method: "GET",
      path: `indexes/${STATE_INDEX}/documents`,
      query: `limit=${PAGE}&offset=${offset}`,
      unchecked,
      ...(signal && { signal }),
    };
    const response = await operator.ask(node, call);
    if (response.status === 404 && isIndexMissing(response.body)) return undefined;
    const page = response.status === 200 ? response.body : await operator.demand(node, call);
    const { results, total } = page as { results: StateDocument[]; total: number };
    for (const { id, kind, value } of results) records.push({ id, kind, value: JSON.parse(value) as JsonObject });
    if (offset + PAGE >= total) return records;
  }
}

function isIndexMissing(body: unknown): boolean {
  return (body as { code?: string } | undefined)?.code === "index_not_found";
}

/** Enqueues records on a node, replacing those with the same id; answers the node's task uid. */
export async function putState(
  operator: Operator,
  node: NodeInfo,
  records: readonly StateRecord[],
  options: { readonly signal?: AbortSignal; readonly unchecked?: boolean } = {},
): Promise<number> {
  const documents = records.map(({ id, kind, value }) => ({ id, kind, value: JSON.stringify(value) }));
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: `indexes/${STATE_INDEX}/documents`,
    query: "primaryKey=id",
    body: documents,
    ...options,
  });
  return taskUid;
}
