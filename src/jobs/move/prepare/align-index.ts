import { physicalUid } from "../../../cluster/registry.ts";
import { type IndexOnNode, readSettings, restoreSettings } from "../../../execute/node-settings.ts";
import type { OperatorCall } from "../../../execute/operator.ts";
import { type NeededTask, NodeTaskFailed, untilSucceeded } from "../../../execute/task-success.ts";
import type { NodeIndex } from "../node-indexes.ts";

/** Makes an index of a node what the registry says: creates it, gives it its primary key and its settings, and looks whether it has them. */
export async function alignIndex(on: IndexOnNode, known: NodeIndex | undefined): Promise<void> {
  await alignExistence(on, known);
  const shown = await readSettings(on);
  if (shown.differing.length === 0) return;
  const failure = await restoreSettings(on, shown);
  const uid = physicalUid(on.row);
  if (failure !== undefined) throw new NodeTaskFailed(on.node, `did not take the settings of \`${uid}\`: ${failure}`);
  const { differing } = await readSettings(on);
  if (differing.length === 0) return;
  throw new NodeTaskFailed(on.node, `has other settings of \`${uid}\` than it was sent: ${differing.join(", ")}`);
}

/** An index loses its primary key only with its documents, of which one without a primary key has none. */
async function alignExistence(on: IndexOnNode, known: NodeIndex | undefined): Promise<void> {
  const uid = physicalUid(on.row);
  const { primaryKey } = on.row;
  if (known !== undefined && known.primaryKey === primaryKey) return;
  if (known !== undefined && primaryKey !== null) {
    await enqueue(on, {
      method: "PATCH",
      path: `indexes/${uid}`,
      body: { primaryKey },
      what: `a change of \`${uid}\``,
    });
    return;
  }
  if (known !== undefined)
    await enqueue(on, { method: "DELETE", path: `indexes/${uid}`, what: `the deletion of \`${uid}\`` });
  await enqueue(on, { method: "POST", path: "indexes", body: { uid, primaryKey }, what: `the creation of \`${uid}\`` });
}

async function enqueue(
  { cluster, node, signal }: IndexOnNode,
  { what, ...call }: Pick<OperatorCall, "method" | "path" | "body"> & Pick<NeededTask, "what">,
): Promise<void> {
  const { taskUid } = await cluster.operator.demand<{ taskUid: number }>(node, { ...call, signal });
  await untilSucceeded(cluster.operator, { node, taskUid, what }, signal);
}
