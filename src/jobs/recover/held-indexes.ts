import type { JsonObject, NodeInfo } from "../../core/types.ts";
import type { Operator } from "../../execute/operator.ts";
import { STATE_INDEX } from "../../execute/state-index.ts";
import { nodeIndexes } from "../move/node-indexes.ts";

/** An index as one node has it. */
export interface HeldIndex {
  readonly node: NodeInfo;
  /** Physical uid. */
  readonly uid: string;
  readonly primaryKey: string | null;
  /** As the node shows them. */
  readonly settings: JsonObject;
}

/** Prefix of the uids that miroir keeps for itself. */
const OWN = STATE_INDEX.slice(0, STATE_INDEX.lastIndexOf("_") + 1);

/** Every index of the users' that nodes have, by physical uid. */
export async function heldIndexes(
  operator: Operator,
  nodes: readonly NodeInfo[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly HeldIndex[]>> {
  const held = new Map<string, HeldIndex[]>();
  const found = await Promise.all(nodes.map((node) => heldBy(operator, node, signal)));
  for (const index of found.flat()) held.set(index.uid, [...(held.get(index.uid) ?? []), index]);
  return held;
}

async function heldBy(operator: Operator, node: NodeInfo, signal: AbortSignal): Promise<HeldIndex[]> {
  const held: HeldIndex[] = [];
  for (const { uid, primaryKey } of await nodeIndexes(operator, node, signal)) {
    if (uid.startsWith(OWN)) continue;
    const call = { method: "GET", path: `indexes/${uid}/settings`, unchecked: true, signal } as const;
    held.push({ node, uid, primaryKey, settings: await operator.demand<JsonObject>(node, call) });
  }
  return held;
}
