import type { NodeInfo } from "../core/types.ts";
import type { Operator } from "./operator.ts";
import { readRecord, type StateRecord } from "./state-index.ts";

/** A node that has not answered for so long is not waited for: the next one is asked too, in milliseconds. */
const NEXT_NODE_MS = 100;

/** Longest wait for one node, in milliseconds. */
const TIMEOUT_MS = 2000;

/**
 * A record as the first of the nodes shows it that answers, asked in their order; `undefined` when that one has none.
 * @throws AggregateError when no node answers
 */
export async function firstRecord(
  operator: Operator,
  nodes: readonly NodeInfo[],
  id: string,
): Promise<StateRecord | undefined> {
  const answered = new AbortController();
  const { signal } = answered;
  const reads: Promise<StateRecord | undefined>[] = [];
  for (const [position, node] of nodes.entries()) {
    const former = reads.at(-1);
    const turn = former && Promise.race([operator.clock.sleep(position * NEXT_NODE_MS, signal), failureOf(former)]);
    reads.push(Promise.resolve(turn).then(() => readRecord(operator, node, { id, signal, timeoutMs: TIMEOUT_MS })));
  }
  try {
    return await Promise.any(reads);
  } finally {
    answered.abort();
  }
}

/** Resolves when the work failed, and never otherwise. */
function failureOf(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    work.catch(() => resolve());
  });
}
