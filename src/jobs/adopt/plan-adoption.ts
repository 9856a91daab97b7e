import { holderOf, type IndexRows } from "../../cluster/physical-names.ts";
import { latestRows, parseRow } from "../../cluster/registry.ts";
import { buildTopology, parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import { MARKER_ID } from "../../execute/identity.ts";
import { requireSupportedServers } from "../../execute/server-version.ts";
import { readState, STATE_INDEX } from "../../execute/state-index.ts";
import { StoreRecords } from "../../execute/store-records.ts";
import { TOPOLOGY } from "../../execute/topology-in-store.ts";
import { nodeIndexes } from "../move/node-indexes.ts";
import type { AdoptionContext } from "./adoption-context.ts";
import { type AdoptionRecord, readAdoption } from "./adoption-record.ts";
import { type FoundIndex, findIndex } from "./found-index.ts";

/** What an adoption would do; nothing was changed. */
export interface AdoptionPlan {
  readonly clusterId: string;
  readonly node: { readonly id: string; readonly url: string };
  readonly shards: number;
  /** Indexes whose documents are tagged and stamped where they lie. */
  readonly indexes: readonly {
    readonly uid: string;
    readonly primaryKey: string | null;
    readonly documents: number;
    readonly notes: readonly string[];
  }[];
  /** Indexes that stay the server's own: the cluster does not know them. */
  readonly left: readonly string[];
  /** Whether the server is the only node of a cluster already, which gets further indexes. */
  readonly isFounded: boolean;
}

/** A plan with all that it takes to carry it out. */
export interface AdoptionDraft {
  readonly plan: AdoptionPlan;
  readonly topology: Topology;
  readonly record: AdoptionRecord;
  readonly found: readonly FoundIndex[];
}

/** Prefix of the uids that miroir keeps for itself. */
const OWN = STATE_INDEX.slice(0, STATE_INDEX.lastIndexOf("_") + 1);

/**
 * Finds out what an adoption would do.
 * @param uids of the indexes; all when absent
 * @throws MiroirError `miroir_topology_mismatch`, `miroir_reserved_field` or `miroir_invalid_config` when it cannot be
 */
export async function draftAdoption(
  context: AdoptionContext,
  uids: readonly string[] | undefined,
): Promise<AdoptionDraft> {
  const { store, operator, node, shards, random, signal } = context;
  await requireSupportedServers(operator, [node]);
  const entry = await store.get(TOPOLOGY);
  const founded = entry && parseTopology(entry.value);
  const former = await readAdoption(store);
  const clusterId = founded?.clusterId ?? former?.clusterId ?? random.uuid();
  if (founded !== undefined) requireAlone(founded, context);
  else if (former !== undefined && former.url !== node.url) throw another(former);
  await requireOwn(context, clusterId);
  const topology = founded ?? buildTopology({ clusterId, nodes: [node], replicationFactor: 1, shards }, context.hasher);
  const rows = founded === undefined ? new Map() : await rowsIn(context);
  const indexes = (await nodeIndexes(operator, node, signal)).filter(({ uid }) => !uid.startsWith(OWN));
  requireThere(
    uids,
    indexes.map(({ uid }) => uid),
  );
  const free = indexes.filter(({ uid }) => holderOf(uid, rows) === undefined);
  const chosen = free.filter(({ uid }) => uids?.includes(uid) ?? true);
  const found = await Promise.all(
    chosen.map((index) => findIndex(operator, { ...index, node, signal, remembered: former?.settings[index.uid] })),
  );
  const plan = {
    ...{ clusterId, node: { id: node.id, url: node.url }, shards: topology.shards, isFounded: founded !== undefined },
    indexes: found.map(({ uid, primaryKey, documents, notes }) => ({ uid, primaryKey, documents, notes })),
    left: free.filter((index) => !chosen.includes(index)).map(({ uid }) => uid),
  };
  return { plan, topology, record: former ?? { clusterId, url: node.url, settings: {} }, found };
}

async function rowsIn(context: AdoptionContext): Promise<IndexRows> {
  const records = await new StoreRecords(context.store, context).readAll();
  return latestRows(records.filter(({ kind }) => kind === "index").map(({ value }) => parseRow(value)));
}

/** On further nodes the documents' other copies would be missing. */
function requireAlone({ nodes }: Topology, { node, store }: AdoptionContext): void {
  if (nodes.length === 1 && nodes[0]?.url === node.url) return;
  throw new MiroirError(
    "miroir_topology_mismatch",
    `\`${store.address}\` holds a cluster of ${nodes.map(({ id }) => `\`${id}\``).join(", ")}, and only the single node of a cluster can ` +
      "bring indexes along. Give another store, or copy the server's indexes into the cluster with `miroir import`.",
    { status: 409 },
  );
}

function another({ url }: AdoptionRecord): MiroirError {
  return new MiroirError(
    "miroir_topology_mismatch",
    `The adoption of ${url} into this store was begun and not finished. Finish it first, or give another store.`,
    { status: 409 },
  );
}

/** A server that belongs to another cluster stays there; without the store of its cluster nobody can say what it has. */
async function requireOwn({ operator, node, signal }: AdoptionContext, clusterId: string): Promise<void> {
  const records = await readState(operator, node, { unchecked: true, signal });
  const marker = records?.find(({ id }) => id === MARKER_ID)?.value;
  if (marker === undefined || marker["clusterId"] === clusterId) return;
  throw new MiroirError(
    "miroir_topology_mismatch",
    `Node \`${node.id}\` (${node.url}) belongs to cluster \`${marker["clusterId"]}\`. Name the store of that cluster, or another server.`,
    { status: 409 },
  );
}

function requireThere(uids: readonly string[] = [], there: readonly string[]): void {
  const unknown = uids.find((uid) => !there.includes(uid));
  if (unknown === undefined) return;
  const message = `There is no index \`${unknown}\` on the server. Name some of those there are: ${there.join(", ") || "none"}.`;
  throw new MiroirError("miroir_invalid_config", message);
}
