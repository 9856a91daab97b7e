import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Operator } from "./operator.ts";

/** API keys read in one request. */
const PAGE = 1000;

/** Every key of a node, the last one first; none where there is no master key. */
export async function listKeys(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<JsonObject[]> {
  const keys: JsonObject[] = [];
  for (;;) {
    const call = { method: "GET", path: "keys", query: `limit=${PAGE}&offset=${keys.length}`, signal } as const;
    const { status, body } = await operator.ask(node, call);
    if (status === 401 && (body as JsonObject)["code"] === "missing_master_key") return [];
    const { results, total } = (status === 200 ? body : await operator.demand(node, call)) as {
      results: JsonObject[];
      total: number;
    };
    keys.push(...results);
    if (results.length === 0 || keys.length >= total) return keys;
  }
}
