import type { MissedChange } from "../../cluster/missed.ts";
import type { JsonObject, NodeInfo } from "../../core/types.ts";
import { latestRecords, stampOf } from "../latest-records.ts";
import type { SharedRecords } from "../shared-records.ts";
import { putState, readState } from "../state-index.ts";
import { alignAllIndexes, alignIndex, type IndexAlignment } from "./align-index.ts";
import { alignKeys } from "./align-keys.ts";
import { alignRules, type RuleAlignment } from "./align-rules.ts";
import type { NodeTalk } from "./node-talk.ts";

/** What {@link alignNode} works with. */
export interface NodeAlignment extends IndexAlignment, RuleAlignment {
  readonly records: Pick<SharedRecords, "readAll">;
  /** A node that missed nothing of what has no record. */
  readonly source: NodeInfo | undefined;
}

/** Makes a node as it would be, had it not missed these changes, in their order; each matter once. */
export async function alignNode(
  alignment: NodeAlignment,
  node: NodeInfo,
  changes: readonly MissedChange[],
): Promise<void> {
  const done = new Set<string>();
  for (const { matter, name } of changes) {
    const key = `${matter}/${name ?? ""}`;
    if (done.has(key)) continue;
    done.add(key);
    await align(alignment, node, { matter, name });
  }
}

function align(
  alignment: NodeAlignment,
  target: NodeInfo,
  { matter, name }: { readonly matter: MissedChange["matter"]; readonly name: string | undefined },
): Promise<void> {
  switch (matter) {
    case "index":
      return name === undefined ? alignAllIndexes(alignment, target) : alignIndex(alignment, target, name);
    case "key":
      return alignKeys(alignment, { source: sourceOf(alignment), target, uid: name });
    case "features":
      return alignFeatures(alignment, { source: sourceOf(alignment), target });
    case "rules":
      return alignRules(alignment, target, name);
    case "records":
      return copyRecords(alignment, target);
    default:
      return matter satisfies never;
  }
}

function sourceOf({ source }: NodeAlignment): NodeInfo {
  if (source !== undefined) return source;
  throw new Error("no node that is up to date answers");
}

async function alignFeatures(
  { operator, signal }: NodeTalk,
  { source, target }: { readonly source: NodeInfo; readonly target: NodeInfo },
): Promise<void> {
  const path = "experimental-features";
  const body = await operator.demand<JsonObject>(source, { method: "GET", path, signal });
  await operator.demand(target, { method: "PATCH", path, body, signal });
}

/** The records in force, where the nodes keep them: until the node has none that is older than the others'. */
async function copyRecords({ operator, records, signal }: NodeAlignment, node: NodeInfo): Promise<void> {
  for (;;) {
    const own = new Map(
      (await readState(operator, node, { signal, unchecked: false }))?.map((each) => [each.id, each]),
    );
    const lacking = latestRecords(await records.readAll()).filter((record) => {
      const known = own.get(record.id);
      return known === undefined || stampOf(known) < stampOf(record);
    });
    if (lacking.length === 0) return;
    const taskUid = await putState(operator, node, lacking, { signal });
    const { status, error } = await operator.waitForTask(node, taskUid, signal);
    if (status !== "succeeded") throw new Error(`node \`${node.id}\` did not take the records: ${error?.message}`);
  }
}
