import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { physicalForeignKeys } from "../cluster/settings/foreign-keys.ts";
import { toPhysical } from "../cluster/settings/physical.ts";
import { differingSettings, restoringPatch } from "../cluster/settings/settings-difference.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { IndexRegistry } from "./index-registry.ts";
import type { Operator } from "./operator.ts";

/** One index on one node. */
export interface IndexOnNode {
  readonly cluster: { readonly operator: Operator; readonly registry: Pick<IndexRegistry, "rows"> };
  readonly row: IndexRow;
  readonly node: NodeInfo;
  readonly signal: AbortSignal;
}

/** What a node shows of an index's settings, and the names of those that are not what they should be. */
export interface ShownSettings {
  readonly found: JsonObject;
  readonly differing: readonly string[];
}

/** Reads the settings that a node has, and compares them with those of the registry. */
export async function readSettings({ cluster, row, node, signal }: IndexOnNode): Promise<ShownSettings> {
  const call = { method: "GET", path: `indexes/${physicalUid(row)}/settings`, signal } as const;
  const found = await cluster.operator.demand<JsonObject>(node, call);
  return { found, differing: differingSettings(wanted(cluster, row), found) };
}

/** Sends a node the settings that differ, and waits until it has them; answers why it could not apply them. */
export async function restoreSettings(
  { cluster, row, node, signal }: IndexOnNode,
  { found, differing }: ShownSettings,
): Promise<string | undefined> {
  const { operator } = cluster;
  const body = restoringPatch(wanted(cluster, row), found, differing);
  const path = `indexes/${physicalUid(row)}/settings`;
  const { taskUid } = await operator.demand<{ taskUid: number }>(node, { method: "PATCH", path, body, signal });
  const { status, error } = await operator.waitForTask(node, taskUid, signal);
  return status === "succeeded" ? undefined : (error?.message ?? status);
}

function wanted(cluster: IndexOnNode["cluster"], { settings, primaryKey }: IndexRow): JsonObject {
  return physicalForeignKeys(cluster.registry.rows, toPhysical(settings, { primaryKey }));
}
