import { physicalUid } from "../../cluster/registry.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { markNode } from "../mark-node.ts";
import { nodeIndexes } from "./node-indexes.ts";
import { alignIndex } from "./prepare/align-index.ts";
import { alignKeys } from "./prepare/align-keys.ts";
import { alignRulesOf } from "./prepare/align-rules-of.ts";
import { type NewNode, requireFit } from "./prepare/require-fit.ts";

/** How a node is prepared. */
export interface PrepareOptions {
  /** Uids of API keys that the node must not get, such as those of other drivers. */
  readonly withoutKeys?: Iterable<string>;
  readonly signal: AbortSignal;
}

/**
 * Makes a server fit to hold shards: marker, experimental features, API keys, every index with primary key and settings, and
 * search rules, each as the cluster has it, and looks whether it has them. A server that was prepared before, or half, is
 * brought up to date. Changes that others make meanwhile may pass it by: prepare it again once everybody knows that it joins.
 * @throws MiroirError `miroir_invalid_config` or `miroir_topology_mismatch` when it cannot become a node of this cluster, with
 * nothing changed there; NodeTaskFailed or OperatorCallFailed naming the node and the reason
 */
export async function prepareNode(
  cluster: Cluster,
  node: NodeInfo,
  { withoutKeys = [], signal }: PrepareOptions,
): Promise<void> {
  const newcomer: NewNode = { cluster, node, signal };
  const rows = await cluster.registry.list();
  const model = modelFor(newcomer);
  const marker = await requireFit(newcomer);
  await mark(newcomer, marker);
  await alignFeatures(newcomer, model);
  await alignKeys(newcomer, { model, except: new Set(withoutKeys) });
  const known = new Map((await nodeIndexes(cluster.operator, node, signal)).map((index) => [index.uid, index]));
  for (const row of rows) await alignIndex({ cluster, row, node, signal }, known.get(physicalUid(row)));
  await alignRulesOf(newcomer);
}

/** The node that the new one is made like. */
function modelFor({ cluster, node }: NewNode): NodeInfo {
  const { topology, health } = cluster;
  const others = topology.nodes.filter(({ id }) => id !== node.id && topology.joining?.includes(id) !== true);
  const model = others.find(({ id }) => !health.isSuspect(id)) ?? others[0];
  if (model === undefined) throw new Error("a cluster has at least one node");
  return model;
}

/** Says on the node whose it is; a marker that knows of a later epoch stays. */
async function mark({ cluster, node, signal }: NewNode, marker: JsonObject | undefined): Promise<void> {
  const { operator, topology } = cluster;
  const { epoch = -1 } = (marker?.["topology"] ?? {}) as { epoch?: number };
  if (marker !== undefined && marker["keeper"] === "store" && epoch >= topology.epoch) return;
  await markNode(operator, node, { topology, signal });
}

async function alignFeatures({ cluster, node, signal }: NewNode, model: NodeInfo): Promise<void> {
  const call = { method: "GET", path: "experimental-features", signal } as const;
  const body = await cluster.operator.demand<JsonObject>(model, call);
  await cluster.operator.demand(node, { method: "PATCH", path: "experimental-features", body, signal });
}
