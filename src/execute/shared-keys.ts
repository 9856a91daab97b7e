import { MiroirError } from "../core/errors.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import { isDefaultKey } from "../merge/api-keys.ts";
import { type Operator, OperatorCallFailed } from "./operator.ts";

/** Longest wait for one node's keys, in milliseconds; meeting the nodes has its own patience. */
const TIMEOUT_MS = 2000;

/**
 * Refuses a cluster in which some servers run with a master key and others without: those are open to everybody, and no
 * key would be good on all. A node that cannot be asked is judged by whoever meets it next; one whose master key differs
 * refuses the operator's key.
 * @throws MiroirError `miroir_invalid_config` naming the nodes without a master key
 */
export async function requireSharedMasterKey(operator: Operator, nodes: readonly NodeInfo[]): Promise<void> {
  const guards = await Promise.all(nodes.map((node) => isGuarded(operator, node)));
  const open = nodes.filter((_, position) => guards[position] === false);
  if (open.length === 0 || !guards.includes(true)) return;
  const names = open.map(({ id, url }) => `\`${id}\` (${url})`).join(", ");
  throw new MiroirError(
    "miroir_invalid_config",
    `Some servers have a master key, but not node ${names}. Start every server with the same \`--master-key\`.`,
  );
}

/** Whether a node has a master key; `undefined` when it does not tell. */
async function isGuarded(operator: Operator, node: NodeInfo): Promise<boolean | undefined> {
  const call = { method: "GET", path: "keys", query: "limit=1", unchecked: true, timeoutMs: TIMEOUT_MS } as const;
  const answer = await operator.ask(node, call).catch(forgiveOutage);
  const code = (answer?.body as { code?: unknown } | undefined)?.code;
  if (code === "missing_master_key") return false;
  return answer?.status === 200 || code === "invalid_api_key" || code === "missing_authorization_header" || undefined;
}

/**
 * Puts the default keys of the first node on the others: every server makes its own with uids of its own, whose texts
 * are good nowhere else. What a node does not take, because the operator's key may not make keys, is left out.
 */
export async function shareDefaultKeys(operator: Operator, nodes: readonly NodeInfo[]): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined || others.length === 0) return;
  const call = { method: "GET", path: "keys", query: "limit=1000", unchecked: true } as const;
  const answer = await operator.ask(first, call).catch(forgiveOutage);
  const { results = [] } = (answer?.body ?? {}) as { results?: JsonObject[] };
  // Oldest first, so that every node lists them in the same order.
  for (const key of results.filter(isDefaultKey).reverse()) {
    const { uid, name, description, actions, indexes, expiresAt } = key;
    const body = { uid, name, description, actions, indexes, expiresAt };
    const copy = { method: "POST", path: "keys", body, unchecked: true } as const;
    await Promise.all(others.map((node) => operator.ask(node, copy).catch(forgiveOutage)));
  }
}

function forgiveOutage(error: unknown): undefined {
  if (!(error instanceof OperatorCallFailed)) throw error;
}
