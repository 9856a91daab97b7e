import { freshGeneration, type IndexRows } from "../cluster/physical-names.ts";
import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { defaultSettings } from "../cluster/settings/default-settings.ts";
import { sameJson } from "../cluster/settings/json-shape.ts";
import { toPhysical } from "../cluster/settings/physical.ts";
import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, JsonObject, NodeInfo } from "../core/types.ts";
import { type OperatorCall, OperatorCallFailed } from "../execute/operator.ts";
import { STATE_INDEX } from "../execute/state-index.ts";
import type { StoringTask } from "../execute/store-on-nodes.ts";
import { RESERVED_PREFIX } from "../routing/reserved.ts";
import type { NodeRequest } from "../transport/transport.ts";
import { alignRules } from "./align-rules.ts";
import { type BroadcastResult, broadcast } from "./broadcast.ts";
import type { CallOptions, Cluster } from "./cluster.ts";
import { callerHeaders } from "./read.ts";

/** Whose call an index operation belongs to. */
export interface IndexCall {
  readonly request: ClusterRequest;
  readonly call: CallOptions;
}

/** Uids that the server accepts. */
export const VALID_UID = /^[A-Za-z0-9_-]{1,512}$/;

/** Refuses names that miroir uses itself. */
export function requireOwnName(uid: string): void {
  if (!uid.startsWith(STATE_INDEX.slice(0, STATE_INDEX.indexOf("__") + 2))) return;
  throw new MiroirError(
    "miroir_reserved_field",
    `Index uids that begin with \`miroir__\` are reserved, and \`${uid}\` does. Choose another.`,
  );
}

/** Creates an index on every node, with the settings that routing needs, and its row. */
export async function createIndex(
  cluster: Cluster,
  index: { readonly uid: string; readonly primaryKey: string | null },
  { request, call }: IndexCall,
): Promise<{ result: BroadcastResult; row: IndexRow }> {
  const { uid, primaryKey } = index;
  const former = cluster.registry.rows.get(uid);
  const row = newRow(cluster, index);
  await refuseForeignIndex(cluster, row);
  await alignRules(cluster, call); // of an index that could not be created nobody told them
  const settings = foundingSettings(row);
  const result = await broadcast(cluster, {
    what: `Creating index \`${uid}\``,
    index: physicalUid(row),
    matters: [{ matter: "index", name: physicalUid(row) }],
    call,
    signal: request.signal,
    requests: (node) => [
      {
        ...callerHeaders(request),
        ...{ node, method: "POST", path: "indexes", body: JSON.stringify({ uid: physicalUid(row), primaryKey }) },
      },
      settingsRequest(cluster, node, { index: physicalUid(row), settings }),
    ],
  });
  if (result.kind === "refused") return { result, row };
  const created = { ...row, stamp: cluster.stamps.next(false) }; // above the stamps of what is written down as missed
  if ((await cluster.registry.replace([{ row: created, former }])) !== undefined) return { result, row: created };
  await cluster.registry.refresh(); // another process created it in the same moment
  return { result, row: cluster.registry.peek(uid) ?? created };
}

/** An index that the nodes have and the registry does not was made behind miroir's back: its documents carry no tags. */
async function refuseForeignIndex(cluster: Cluster, row: IndexRow): Promise<void> {
  const uid = physicalUid(row);
  const found = await firstToTell(cluster, { method: "GET", path: `indexes/${encodeURIComponent(uid)}` });
  if (found?.status !== 200 || (await isBeingCreated(cluster, found.node, row))) return;
  throw new MiroirError(
    "miroir_index_mismatch",
    `Node \`${found.node.id}\` has an index \`${uid}\` that was not created through miroir. Delete it there or choose another uid.`,
    { status: 409 },
  );
}

/** Longest pause between two looks at an index that nobody has written down yet, in milliseconds. */
const LONGEST_LOOK_MS = 320;

/** Another process that creates it sends the settings behind the index, and writes the row down behind both. */
async function isBeingCreated(cluster: Cluster, node: NodeInfo, row: IndexRow): Promise<boolean> {
  for (let pauseMs = 20; ; pauseMs *= 2) {
    if ((await cluster.registry.findNow(row.uid)) !== undefined) return true;
    if (await isHalfCreated(cluster, node, physicalUid(row))) return true;
    if (pauseMs > LONGEST_LOOK_MS) return false;
    await cluster.clock.sleep(pauseMs);
  }
}

/** The status that the first node which can be asked answers; those that cannot are remembered as down. */
async function firstToTell(
  { topology, health, operator }: Cluster,
  call: OperatorCall,
): Promise<{ readonly node: NodeInfo; readonly status: number } | undefined> {
  for (const node of topology.nodes.filter(({ id }) => !health.isSuspect(id))) {
    try {
      return { node, status: (await operator.ask(node, call)).status };
    } catch (error) {
      if (!(error instanceof OperatorCallFailed)) throw error;
      health.observe(node.id, error.outcome);
    }
  }
  return undefined;
}

/** A creation that failed half-way leaves an index with our settings and without documents; a second one may build upon it. */
async function isHalfCreated({ operator }: Cluster, node: NodeInfo, uid: string): Promise<boolean> {
  const path = `indexes/${encodeURIComponent(uid)}`;
  const filterable = await operator.ask(node, { method: "GET", path: `${path}/settings/filterable-attributes` });
  // Gone since: the queue got to its deletion.
  if (filterable.status === 404) return true;
  if (!JSON.stringify(filterable.body ?? null).includes(RESERVED_PREFIX)) return false;
  const { body } = await operator.ask(node, { method: "GET", path: `${path}/stats` });
  return (body as { numberOfDocuments?: number } | undefined)?.numberOfDocuments === 0;
}

/** What a new index must be told: where the physical settings differ from the server's own defaults. */
function foundingSettings({ settings, primaryKey }: IndexRow): JsonObject {
  const physical = Object.entries(toPhysical(settings, { primaryKey }));
  return Object.fromEntries(physical.filter(([key, value]) => !sameJson(value, defaultSettings[key])));
}

function newRow(cluster: Cluster, { uid, primaryKey }: { uid: string; primaryKey: string | null }): IndexRow {
  return {
    uid,
    primaryKey,
    generation: freshGeneration(uid, cluster.registry.rows),
    settings: defaultSettings,
    settingsVersion: 1,
    createdAt: new Date(cluster.clock.now()).toISOString(),
    stamp: cluster.stamps.next(false),
    deleted: false,
    ...(cluster.options.replicateEverywhere?.includes(uid) === true ? { replicate: "everywhere" } : {}),
  };
}

/** Physical settings for one node, sent with the operator's key since they carry miroir's own attributes. */
export function settingsRequest(
  cluster: Cluster,
  node: NodeInfo,
  { index, settings }: { readonly index: string; readonly settings: JsonObject },
): NodeRequest {
  return {
    ...{ node, method: "PATCH", path: `indexes/${index}/settings`, body: JSON.stringify(settings) },
    ...cluster.operator.credentials,
  };
}

/** Changes the row of an index of the nodes, whatever it is called by now and whatever else of it was changed since. */
export async function changeRow(cluster: Cluster, row: IndexRow, change: Partial<IndexRow>): Promise<IndexRow> {
  const { registry, stamps } = cluster;
  for (let former = row; ; ) {
    stamps.observe(former.stamp); // the new row must be above the old one even when our clock is behind
    const changed = { ...former, ...change, stamp: stamps.next(false) };
    if ((await registry.replace([{ row: changed, former }])) !== undefined) return changed;
    await registry.refresh();
    const current = registry.holderOf(physicalUid(row));
    if (current === undefined) return changed; // deleted since: there is nothing to change any more
    former = current;
  }
}

/**
 * Writes changed rows with new stamps, all of them at once. Answers the node tasks that show them.
 * @param plan the rows as they shall be, made from those in force; undefined when that cannot be done any more
 */
export async function changeRows(
  { registry, stamps }: Cluster,
  plan: (rows: IndexRows) => readonly IndexRow[] | undefined,
): Promise<readonly StoringTask[] | undefined> {
  for (;;) {
    const planned = plan(registry.rows);
    if (planned === undefined) return undefined;
    for (const { stamp } of planned) stamps.observe(stamp); // see changeRow()
    const replacements = planned.map((row) => {
      return { row: { ...row, stamp: stamps.next(false) }, former: registry.rows.get(row.uid) };
    });
    const storing = await registry.replace(replacements);
    if (storing !== undefined) return storing;
    await registry.refresh();
  }
}

/** Fixes the primary key of an index that has none yet, on every node. */
export async function setPrimaryKey(
  cluster: Cluster,
  index: { readonly row: IndexRow; readonly primaryKey: string },
  { request, call }: IndexCall,
): Promise<{ result: BroadcastResult; row: IndexRow }> {
  const { row, primaryKey } = index;
  const physical = physicalUid(row);
  const { displayedAttributes = null } = toPhysical(row.settings, { primaryKey });
  const settings = { displayedAttributes };
  const result = await broadcast(cluster, {
    what: `Setting the primary key of index \`${row.uid}\``,
    index: physical,
    matters: [{ matter: "index", name: physical }],
    call,
    signal: request.signal,
    requests: (node) => [
      {
        ...callerHeaders(request),
        ...{ node, method: "PATCH", path: `indexes/${physical}`, body: JSON.stringify({ primaryKey }) },
      },
      settingsRequest(cluster, node, { index: physical, settings }),
    ],
  });
  if (result.kind === "refused") return { result, row };
  return { result, row: await changeRow(cluster, row, { primaryKey }) };
}
