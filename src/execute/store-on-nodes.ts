import type { Attempt } from "../core/attempt.ts";
import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { Deadline } from "./deadline.ts";
import type { Operator } from "./operator.ts";
import { putState, type StateRecord } from "./state-index.ts";

/** A node's task that stores records. */
export interface StoringTask {
  readonly node: NodeInfo;
  readonly taskUid: number;
}

/** Which nodes took records, and which did not. */
export interface StoredRecords {
  readonly storing: readonly StoringTask[];
  readonly failures: readonly Attempt[];
}

/** Longest wait for records to be stored, in milliseconds; a queue may be long. */
const LONGEST_STORING_MS = 10_000;

/** Enqueues records on every node, all of them in one task each. */
export async function storeOnNodes(
  operator: Operator,
  nodes: readonly NodeInfo[],
  records: readonly StateRecord[],
): Promise<StoredRecords> {
  const results = await Promise.allSettled(nodes.map((node) => putState(operator, node, records)));
  const failures: Attempt[] = [];
  const storing: StoringTask[] = [];
  for (const [position, result] of results.entries()) {
    const node = nodes[position];
    if (node === undefined) continue;
    if (result.status === "fulfilled") storing.push({ node, taskUid: result.value });
    else failures.push({ node: node.id, url: node.url, reason: String(result.reason) });
  }
  return { storing, failures };
}

/** What to say of records that too few nodes took. */
export function notStored(
  nodes: readonly NodeInfo[],
  { failures, what }: Pick<StoredRecords, "failures"> & { readonly what: string },
): MiroirError {
  const names = nodes.map(({ id }) => `\`${id}\``).join(", ");
  return new MiroirError("miroir_store_unavailable", `${what} could not be recorded on node ${names}.`, {
    status: 503,
    attempts: failures,
  });
}

/** Resolves when nodes show what they store. One that cannot be asked, or takes longer than {@link LONGEST_STORING_MS}, is not waited for. */
export async function untilStored(operator: Operator, storing: readonly StoringTask[]): Promise<void> {
  if (storing.length === 0) return;
  const deadline = Deadline.start(operator.clock, LONGEST_STORING_MS);
  const { signal } = deadline;
  await Promise.allSettled(storing.map(({ node, taskUid }) => operator.waitForTask(node, taskUid, signal)));
  deadline.end();
}
