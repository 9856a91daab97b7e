import { MiroirError } from "../../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../../core/types.ts";
import { MARKER_ID } from "../../../execute/identity.ts";
import { readVersion, requireSupportedServers } from "../../../execute/server-version.ts";
import { requireSharedMasterKey } from "../../../execute/shared-keys.ts";
import { readState, STATE_INDEX } from "../../../execute/state-index.ts";
import type { Cluster } from "../../../routes/cluster.ts";

/** A server that is made a node of a cluster. */
export interface NewNode {
  readonly cluster: Cluster;
  readonly node: NodeInfo;
  readonly signal: AbortSignal;
}

/**
 * Refuses a server that cannot become a node of the cluster; nothing is changed there.
 * @returns its marker where it has the cluster's already, as one has that was prepared before
 * @throws MiroirError `miroir_invalid_config` or `miroir_topology_mismatch` saying what to do; OperatorCallFailed when it
 * cannot be asked
 */
export async function requireFit(newcomer: NewNode): Promise<JsonObject | undefined> {
  const { cluster, node } = newcomer;
  const { operator, topology } = cluster;
  await requireSupportedServers(operator, [node]);
  await requireSameVersion(newcomer);
  await requireSharedMasterKey(operator, [...topology.nodes.filter(({ id }) => id !== node.id), node]);
  await requireKnownKey(newcomer);
  const records = await readState(operator, node, { unchecked: true, signal: newcomer.signal });
  const marker = records?.find(({ id }) => id === MARKER_ID)?.value;
  if (marker === undefined) await requireEmpty(newcomer);
  else requireOwn(newcomer, marker);
  return marker;
}

/** One version of the nodes is enough to agree with: servers are upgraded one after the other. */
async function requireSameVersion({ cluster, node }: NewNode): Promise<void> {
  const others = cluster.topology.nodes.filter(({ id }) => id !== node.id);
  const ask = (each: NodeInfo) => readVersion(cluster.operator, each);
  const [version, ...known] = await Promise.all([node, ...others].map(ask));
  const versions = [...new Set(known.filter((each) => each !== undefined))];
  if (version === undefined || versions.length === 0 || versions.includes(version)) return;
  throw refuse(node, {
    what: `runs Meilisearch ${version}, and the cluster ${versions.join(" and ")}`,
    remedy: "Nodes of one cluster run one version: install that one there.",
  });
}

async function requireKnownKey({ cluster, node, signal }: NewNode): Promise<void> {
  const call = { method: "GET", path: "indexes", query: "limit=1", unchecked: true, signal } as const;
  const { status } = await cluster.operator.ask(node, call);
  if (status !== 401 && status !== 403) return;
  throw refuse(node, {
    what: "refuses the operator's key",
    remedy: "Start it with the master key of the other nodes, and give that as `operatorKey`.",
  });
}

function requireOwn({ cluster, node }: NewNode, marker: JsonObject): void {
  if (marker["clusterId"] !== cluster.topology.clusterId) {
    const what = `belongs to another cluster (\`${marker["clusterId"]}\`)`;
    throw mismatch(node, { what, remedy: "Give a server without data." });
  }
  if (marker["nodeId"] === node.id) return;
  const what = `is node \`${marker["nodeId"]}\` of this cluster`;
  throw mismatch(node, { what, remedy: "Give it by that id, or give a server without data." });
}

/** Whoever uses the server for something else would find it changed, and a document that is there already in answers. */
async function requireEmpty({ cluster, node, signal }: NewNode): Promise<void> {
  const call = { method: "GET", path: "stats", unchecked: true, signal } as const;
  const { indexes } = await cluster.operator.demand<{ indexes: Record<string, { numberOfDocuments: number }> }>(
    node,
    call,
  );
  const [filled] = Object.entries(indexes).filter(([, { numberOfDocuments }]) => numberOfDocuments > 0);
  if (filled === undefined) return;
  const [uid, { numberOfDocuments }] = filled;
  throw refuse(node, {
    what: `has ${numberOfDocuments} documents in index \`${uid}\`${uid === STATE_INDEX ? "" : " that are none of the cluster's"}`,
    remedy: "Give a server without data.",
  });
}

interface Refusal {
  /** What is wrong with the node. */
  readonly what: string;
  readonly remedy: string;
}

function refuse({ id, url }: NodeInfo, { what, remedy }: Refusal): MiroirError {
  return new MiroirError("miroir_invalid_config", `Node \`${id}\` (${url}) ${what}. ${remedy}`);
}

function mismatch({ id, url }: NodeInfo, { what, remedy }: Refusal): MiroirError {
  return new MiroirError("miroir_topology_mismatch", `Node \`${id}\` (${url}) ${what}. ${remedy}`, { status: 409 });
}
