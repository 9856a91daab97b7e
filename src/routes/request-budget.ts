import type { CallOptions, Cluster } from "./cluster.ts";

/**
 * How long the requests of a change may take, in milliseconds. A call may have more time, to wait for its turn, but no
 * request lives longer than `writeTimeoutMs`: for so long those wait who repair, or change owners, before they take what is
 * not there for what will not come.
 */
export function requestBudgetMs({ timeoutMs }: CallOptions, { writeTimeoutMs }: Cluster["options"]): number {
  return Math.min(timeoutMs ?? writeTimeoutMs, writeTimeoutMs);
}
