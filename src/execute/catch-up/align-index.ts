import { holderOf, isDropped } from "../../cluster/physical-names.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { NodeInfo } from "../../core/types.ts";
import type { IndexRegistry } from "../index-registry.ts";
import { readSettings, restoreSettings } from "../node-settings.ts";
import type { OperatorCall } from "../operator.ts";
import { type NodeTalk, perform } from "./node-talk.ts";

/** What {@link alignIndex} works with. */
export interface IndexAlignment extends NodeTalk {
  readonly registry: IndexRegistry;
}

/**
 * Makes a node's index of this name what the registry says: there with its primary key and settings, or gone. One that the
 * registry knows nothing of is left alone.
 */
export function alignIndex(alignment: IndexAlignment, node: NodeInfo, index: string): Promise<void> {
  const { registry } = alignment;
  return registry.alone(index, async () => {
    await registry.refresh();
    await alignNow(alignment, node, index);
  });
}

async function alignNow(alignment: IndexAlignment, node: NodeInfo, index: string): Promise<void> {
  const { rows } = alignment.registry;
  const row = holderOf(index, rows);
  if (row !== undefined) return alignToRow(alignment, node, row);
  if (isDropped(index, rows) && (await read(alignment, node, index)) !== undefined) {
    await perform(alignment, node, { method: "DELETE", path: `indexes/${index}` });
  }
}

/** Every index that the registry says there is, and those that are there and should not be. */
export async function alignAllIndexes(alignment: IndexAlignment, node: NodeInfo): Promise<void> {
  const { operator, signal, registry } = alignment;
  const call = { method: "GET", path: "indexes", query: "limit=100000", signal } as const;
  const { results } = await operator.demand<{ results: { uid: string }[] }>(node, call);
  const wanted = [...registry.rows.values()].filter(({ deleted }) => !deleted).map(physicalUid);
  for (const uid of new Set([...wanted, ...results.map(({ uid }) => uid)])) await alignIndex(alignment, node, uid);
}

async function alignToRow(alignment: IndexAlignment, node: NodeInfo, row: IndexRow): Promise<void> {
  const index = physicalUid(row);
  const found = await read(alignment, node, index);
  const { primaryKey } = row;
  if (found === undefined) {
    await perform(alignment, node, { method: "POST", path: "indexes", body: { uid: index, primaryKey } });
  } else if (primaryKey !== null && found["primaryKey"] !== primaryKey) {
    await perform(alignment, node, { method: "PATCH", path: `indexes/${index}`, body: { primaryKey } });
  }
  await alignSettings(alignment, node, row);
}

async function alignSettings(alignment: IndexAlignment, node: NodeInfo, row: IndexRow): Promise<void> {
  const on = { cluster: alignment, row, node, signal: alignment.signal };
  const shown = await readSettings(on);
  if (shown.differing.length === 0) return;
  const failure = await restoreSettings(on, shown);
  if (failure === undefined) return;
  throw new Error(`node \`${node.id}\` did not take the settings of \`${physicalUid(row)}\`: ${failure}`);
}

/** The node's index; undefined when it has none of this name. */
async function read(
  { operator, signal }: NodeTalk,
  node: NodeInfo,
  index: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const call: OperatorCall = { method: "GET", path: `indexes/${encodeURIComponent(index)}`, signal };
  const { status } = await operator.ask(node, call);
  return status === 404 ? undefined : operator.demand(node, call);
}
