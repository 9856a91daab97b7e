import { type IndexRow, physicalUid } from "../cluster/registry.ts";
import { physicalPatch } from "../cluster/settings/physical.ts";
import type { JsonObject } from "../core/types.ts";
import { broadcast } from "./broadcast.ts";
import type { Cluster } from "./cluster.ts";
import { afterwards } from "./current.ts";
import { partsOf } from "./enqueue.ts";
import { changeRow, settingsRequest } from "./index-lifecycle.ts";

/** A change of settings whose task has ended. */
export interface SettledChange {
  readonly before: IndexRow;
  readonly after: IndexRow;
  /** The task as users see it. */
  readonly view: JsonObject;
}

/**
 * Settings that a node could not apply are not in force: nodes that could, such as one without the documents that stood
 * in the way, get the former ones back, and so does the row.
 */
export async function undoFailedSettings(cluster: Cluster, change: SettledChange): Promise<void> {
  if (change.view["status"] !== "succeeded") await afterwards(cluster, (now) => undo(now, change));
}

async function undo(cluster: Cluster, { before, after }: SettledChange): Promise<void> {
  const { registry } = cluster;
  await registry.alone(physicalUid(before), async () => {
    await registry.refresh();
    const current = registry.holderOf(physicalUid(before)); // it may have another name by now
    if (current?.settingsVersion !== after.settingsVersion) return; // changed again since, on top of this one
    await restoreNodes(cluster, current, before.settings);
    await changeRow(cluster, current, { settings: before.settings, settingsVersion: after.settingsVersion + 1 });
  });
}

/** Returns when the nodes have applied it, so that whoever waited for the task reads the former settings from each. */
async function restoreNodes(cluster: Cluster, current: IndexRow, former: JsonObject): Promise<void> {
  const index = physicalUid(current);
  const settings = physicalPatch(current.settings, former, { primaryKey: current.primaryKey });
  const result = await broadcast(cluster, {
    ...{ what: `Taking back the settings of index \`${current.uid}\``, index, call: {}, signal: undefined },
    matters: [{ matter: "index", name: index }],
    requests: (node) => [settingsRequest(cluster, node, { index, settings })],
  });
  if (result.kind === "refused") return; // nothing was accepted that could be waited for
  await Promise.all(partsOf(result.replies).map(({ node, taskUid }) => cluster.operator.waitForTask(node, taskUid)));
}
