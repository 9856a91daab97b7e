import type { Debt } from "../../cluster/debt.ts";
import { topologyOf } from "../../cluster/layout.ts";
import type { MissedChange } from "../../cluster/missed.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { writeMarker } from "../../execute/bootstrap.ts";
import { type Keeper, keeperOf, MARKER_ID } from "../../execute/identity.ts";
import { readRecord, STATE_INDEX } from "../../execute/state-index.ts";
import { seenRecord } from "../../execute/task-high-water.ts";
import type { Cluster } from "../../routes/cluster.ts";

/** How a node is begun anew. */
export interface RebuildOptions {
  readonly signal?: AbortSignal;
  /** Takes the loss of the shards that no other node holds. @default false */
  readonly acceptLoss?: boolean;
  /** Resolves when no process works any more without knowing what the node lacks. @default after the registry's age */
  readonly barrier?: () => Promise<void>;
}

/** Time after which every process has read what was written down, where nothing says so, in milliseconds. */
const KNOWN_MS = 5000;

/**
 * Takes a server that came back empty, old or as a new machine for a node again: everything that it should have is written
 * down as missing first, so that nobody reads it before it was given it. What fills it is the catch-up with administrative
 * changes and the repair of documents, which go on in the background of every process.
 * @throws MiroirError `miroir_invalid_config` for a node that there is not, or one whose documents nobody else has
 */
export async function rebuildNode(cluster: Cluster, id: string, options: RebuildOptions = {}): Promise<void> {
  const node = nodeOf(cluster, id);
  const rows = await cluster.registry.list();
  const { signal, barrier = () => cluster.clock.sleep(KNOWN_MS, signal) } = options;
  requireOtherCopies(cluster, { node, rows, isLossAccepted: options.acceptLoss === true });
  const marker = await markerOfAnother(cluster, node);
  cluster.health.distrust(id, "is being rebuilt");
  await cluster.debts.record(rows.flatMap((row) => debtsOf(cluster, node, row)));
  await cluster.missed.record(missedBy(cluster, node, keeperOf(marker)));
  const incarnation = cluster.highWater.seen(id).incarnation + 1;
  const seen = seenRecord(id, { incarnation, taskUid: -1, at: new Date(cluster.clock.now()).toISOString() });
  await cluster.records.keep(seen, `That node \`${id}\` is rebuilt`);
  await barrier();
  await createStateIndex(cluster, node, signal);
  const { operator } = cluster;
  const topology = parseTopology(marker["topology"]);
  await writeMarker(operator, node, { topology, keeper: keeperOf(marker), incarnation, signal });
  cluster.highWater.load([seen]);
  await cluster.health.recovered([id]);
}

function nodeOf({ nodesById }: Cluster, id: string): NodeInfo {
  const node = nodesById.get(id);
  if (node !== undefined) return node;
  const known = [...nodesById.keys()].join(", ");
  throw new MiroirError("miroir_invalid_config", `There is no node \`${id}\`. Name one of those there are: ${known}.`);
}

function ownedShards({ groups, shards }: Topology, node: NodeInfo): { shard: number; owners: number }[] {
  return Array.from({ length: shards }, (_, shard) => shard).flatMap((shard) => {
    const owners = groups.flatMap(({ table }) => table[shard] ?? []);
    return owners.includes(node.id) ? [{ shard, owners: owners.length }] : [];
  });
}

function requireOtherCopies(
  { topology }: Cluster,
  {
    node,
    rows,
    isLossAccepted,
  }: { readonly node: NodeInfo; readonly rows: readonly IndexRow[]; readonly isLossAccepted: boolean },
): void {
  const alone = rows.find((row) => ownedShards(topologyOf(row, topology), node).some(({ owners }) => owners === 1));
  if (alone === undefined || isLossAccepted) return;
  throw new MiroirError(
    "miroir_invalid_config",
    `Nobody but node \`${node.id}\` holds some shards of index \`${alone.uid}\`, so that there is nothing to rebuild them ` +
      "from. Restore its data from a backup, or accept the loss.",
    { status: 409 },
  );
}

/** A sole owner has nobody to be repaired from and owes nothing. */
function debtsOf({ topology, stamps, view }: Cluster, node: NodeInfo, row: IndexRow): Debt[] {
  const common = { index: physicalUid(row), node: node.id, ids: "all", foundAt: view.now(), isLoss: true } as const;
  return ownedShards(topologyOf(row, topology), node)
    .filter(({ owners }) => owners > 1)
    .map(({ shard }) => ({ ...common, shard, stamp: stamps.next(false) }));
}

function missedBy({ stamps }: Cluster, node: NodeInfo, keeper: Keeper): MissedChange[] {
  const records = keeper === "nodes" ? (["records"] as const) : [];
  const matters = [...records, "index", "key", "features", "rules"] as const;
  const common = { node: node.id, what: `Rebuilding node \`${node.id}\``, mayLand: false };
  return matters.map((matter) => ({ ...common, matter, stamp: stamps.next(false) }));
}

/** What the cluster is, by the marker of a node that belongs to it. */
async function markerOfAnother({ operator, health, topology }: Cluster, node: NodeInfo): Promise<JsonObject> {
  for (const other of topology.nodes) {
    if (other === node || health.isSuspect(other.id)) continue;
    const record = await readRecord(operator, other, { id: MARKER_ID }).catch(() => undefined);
    if (record !== undefined) return record.value;
  }
  throw new MiroirError("miroir_no_quorum", `No other node answers that node \`${node.id}\` could be rebuilt from.`, {
    status: 503,
  });
}

async function createStateIndex({ operator }: Cluster, node: NodeInfo, signal: AbortSignal | undefined): Promise<void> {
  const common = { unchecked: true, ...(signal && { signal }) };
  const { status } = await operator.ask(node, { method: "GET", path: `indexes/${STATE_INDEX}`, ...common });
  if (status === 200) return;
  const body = { uid: STATE_INDEX, primaryKey: "id" };
  const created = await operator.demand<{ taskUid: number }>(node, {
    method: "POST",
    path: "indexes",
    body,
    ...common,
  });
  await operator.waitForTask(node, created.taskUid, signal);
}
