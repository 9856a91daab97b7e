import type { NodeInfo } from "../../core/types.ts";
import type { NodeTask, Operator } from "../operator.ts";

/** A task of a node that ended, with what it was about. */
export interface DrainedTask extends NodeTask {
  /** Physical uid. */
  readonly indexUid: string | null;
}

/** Which of a node's tasks are waited for. */
export interface DrainOptions {
  /** Physical uids. */
  readonly indexes: readonly string[];
  readonly signal: AbortSignal;
}

/** Most names of indexes that are put into an address; with more, the tasks of all indexes are waited for. */
const MOST_NAMES = 50;

/** Tasks read in one request. */
const PAGE = 500;

/** Waits until every task that a node has accepted so far is finished: enqueued is not applied. */
export async function drain(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<void> {
  const { results } = await listTasks(operator, node, { query: "limit=1", signal });
  if (results[0] !== undefined) await untilDone(operator, node, { query: OPEN, newest: results[0].uid, signal });
}

/** As {@link drain}, for some indexes; answers the tasks that were waited for and did not succeed. */
export async function drainIndexes(
  operator: Operator,
  node: NodeInfo,
  { indexes, signal }: DrainOptions,
): Promise<DrainedTask[]> {
  const names = indexes.length > MOST_NAMES ? "" : `&indexUids=${indexes.map(encodeURIComponent).join(",")}`;
  const query = `${OPEN}${names}`;
  const open: number[] = [];
  for (let from = ""; ; ) {
    const { results, next } = await listTasks(operator, node, { query: `${query}&limit=${PAGE}${from}`, signal });
    open.push(...results.map(({ uid }) => uid));
    if (next === null) break;
    from = `&from=${next}`;
  }
  if (open[0] === undefined) return [];
  await untilDone(operator, node, { query, newest: open[0], signal });
  const unsuccessful: DrainedTask[] = [];
  for (let start = 0; start < open.length; start += PAGE) {
    const uids = open.slice(start, start + PAGE);
    const failed = `statuses=failed,canceled&uids=${uids.join(",")}&limit=${PAGE}`;
    unsuccessful.push(...(await listTasks(operator, node, { query: failed, signal })).results);
  }
  return unsuccessful.filter(({ indexUid }) => indexUid !== null && indexes.includes(indexUid));
}

const OPEN = "statuses=enqueued,processing";

/** Waits until no task up to a number matches the query. */
async function untilDone(
  operator: Operator,
  node: NodeInfo,
  { query, newest, signal }: { readonly query: string; readonly newest: number; readonly signal: AbortSignal },
): Promise<void> {
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    const { results } = await listTasks(operator, node, { query: `${query}&from=${newest}&limit=1`, signal });
    if (results.length === 0) return;
    await operator.clock.sleep(pauseMs, signal, { background: true });
  }
}

function listTasks(
  operator: Operator,
  node: NodeInfo,
  { query, signal }: { readonly query: string; readonly signal: AbortSignal },
): Promise<{ results: DrainedTask[]; next: number | null }> {
  return operator.demand(node, { method: "GET", path: "tasks", query, signal });
}
