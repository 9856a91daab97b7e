import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { type Operator, OperatorCallFailed } from "./operator.ts";

/** The oldest server that the suite was run against; older ones are refused. */
export const OLDEST_SERVER = "1.50.0";

/** Longest wait for one node's version, in milliseconds; meeting the nodes has its own patience. */
const TIMEOUT_MS = 2000;

/** Whether a server of this version may be used. A text that is no version is left to its owner's judgement. */
export function isSupportedVersion(version: string): boolean {
  const [found, oldest] = [numbersOf(version), numbersOf(OLDEST_SERVER)];
  if (found === undefined || oldest === undefined) return true;
  for (const [position, number] of oldest.entries()) {
    const difference = (found[position] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * Refuses a cluster with servers that are too old. A node that does not tell its version is judged by whoever meets it
 * next.
 * @throws MiroirError `miroir_invalid_config` naming node and version
 */
export async function requireSupportedServers(operator: Operator, nodes: readonly NodeInfo[]): Promise<void> {
  const versions = await Promise.all(nodes.map((node) => readVersion(operator, node)));
  for (const [position, node] of nodes.entries()) {
    const version = versions[position];
    if (version === undefined || isSupportedVersion(version)) continue;
    throw new MiroirError(
      "miroir_invalid_config",
      `Node \`${node.id}\` (${node.url}) runs Meilisearch ${version}. Upgrade it to ${OLDEST_SERVER} or newer.`,
    );
  }
}

/** The version of a node's server; `undefined` when it does not tell. */
export async function readVersion(operator: Operator, node: NodeInfo): Promise<string | undefined> {
  try {
    const call = { method: "GET", path: "version", unchecked: true, timeoutMs: TIMEOUT_MS } as const;
    const { status, body } = await operator.ask(node, call);
    const version = status === 200 ? (body as { pkgVersion?: unknown } | undefined)?.pkgVersion : undefined;
    return typeof version === "string" ? version : undefined;
  } catch (error) {
    if (error instanceof OperatorCallFailed) return undefined;
    throw error;
  }
}

function numbersOf(version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}
