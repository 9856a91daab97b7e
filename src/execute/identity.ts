import type { JsonObject, NodeInfo } from "../core/types.ts";
import { TransportFailure } from "../transport/transport.ts";
import type { Operator } from "./operator.ts";
import { readState, STATE_INDEX } from "./state-index.ts";
import type { SeenNode } from "./task-high-water.ts";

/** Id of the record that says which cluster and node a server belongs to. */
export const MARKER_ID = "marker";

/** Where the processes of a cluster keep the records that they share: on its nodes, or in a state store. */
export type Keeper = "nodes" | "store";

/** Who keeps the records of a cluster, by one of its markers. */
export function keeperOf(marker: JsonObject): Keeper {
  return marker["keeper"] === "store" ? "store" : "nodes";
}

/** How often a node was begun anew, by its marker: 1 for one that never was rebuilt. */
export function incarnationOf(marker: JsonObject): number {
  const { incarnation } = marker;
  return typeof incarnation === "number" ? incarnation : 1;
}

/** What the marker of a node must say, and what was seen of the node. */
export interface ExpectedIdentity {
  readonly clusterId: string;
  readonly keeper: Keeper;
  readonly seen: SeenNode;
}

/**
 * Checks that the server behind a node's address is still that node with its history: its marker names the cluster and
 * the node as it was begun last, and its task numbers have not gone back. Used on every new connection, so that a server that came back
 * empty, old, or as somebody else's is never read.
 * @throws TransportFailure `identity`, or why the server could not be asked
 */
export async function verifyIdentity(operator: Operator, node: NodeInfo, expected: ExpectedIdentity): Promise<void> {
  const marker = await readMarker(operator, node);
  if (marker === undefined) throw refuse("has no marker: it lost its data or was never part of the cluster");
  if (marker["clusterId"] !== expected.clusterId) throw refuse(`belongs to cluster \`${marker["clusterId"]}\``);
  if (marker["nodeId"] !== node.id) throw refuse(`is node \`${marker["nodeId"]}\``);
  // A process that keeps records elsewhere than the others would not see what they are told.
  if (keeperOf(marker) !== expected.keeper) throw refuse("belongs to a cluster whose state was moved; start again");
  const { incarnation, taskUid } = expected.seen;
  if (incarnationOf(marker) < incarnation) throw refuse("came back with a state from before it was rebuilt");
  // Whoever rebuilt it wrote down first what it lacks: until that was read, nobody knows here.
  if (incarnationOf(marker) > incarnation) throw refuse("was rebuilt, and what it lacks is not known here yet");
  // A key that may only search shows no task: whoever holds no other cannot tell a node that came back old.
  if (taskUid >= 0 && !operator.isSearchOnly) await verifyTasks(operator, node, taskUid);
}

async function readMarker(operator: Operator, node: NodeInfo): Promise<JsonObject | undefined> {
  if (operator.isSearchOnly) return findMarker(operator, node);
  const path = `indexes/${STATE_INDEX}/documents/${MARKER_ID}`;
  const response = await operator.ask(node, { method: "GET", path, unchecked: true });
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw refuse(`did not show its marker (status ${response.status})`);
  return JSON.parse((response.body as { value: string }).value) as JsonObject;
}

/** For a key that may only search. */
async function findMarker(operator: Operator, node: NodeInfo): Promise<JsonObject | undefined> {
  const records = await readState(operator, node, { unchecked: true, kind: "marker" });
  return records?.find(({ id }) => id === MARKER_ID)?.value;
}

async function verifyTasks(operator: Operator, node: NodeInfo, lastTaskUid: number): Promise<void> {
  const call = { method: "GET", path: "tasks", query: "limit=1", unchecked: true } as const;
  const { results } = await operator.demand<{ results: { uid: number }[] }>(node, call);
  const newest = results[0]?.uid ?? -1;
  if (newest < lastTaskUid) {
    throw refuse(`came back with an older state (newest task ${newest}, ${lastTaskUid} was seen)`);
  }
}

function refuse(what: string): TransportFailure {
  return new TransportFailure("identity", what);
}
