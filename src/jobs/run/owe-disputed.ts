import { topologyOf } from "../../cluster/layout.ts";
import { physicalUid } from "../../cluster/registry.ts";
import { groupBy } from "../../util/group-by.ts";
import type { DifferingDocument } from "../move/index-comparison.ts";
import { Pace } from "../pace.ts";
import { Findings } from "../verify/index-report.ts";
import { oweDifferences } from "../verify/owe-differences.ts";
import { Suspects } from "../verify/suspects.ts";
import type { JobRun } from "./job-run.ts";

/**
 * Has owners owe what they differ about although nobody wrote that down, as after a writer that died between two of them:
 * repair pays it, and a later hold can succeed. As in a verification, only what two looks show counts, between which every
 * write has settled; writers need not wait meanwhile.
 */
export async function oweDisputed(run: JobRun, disputed: readonly DifferingDocument[]): Promise<void> {
  if (disputed.length === 0) return;
  const cluster = await run.operated();
  const { operator, topology: whole, registry } = cluster;
  let owed = 0;
  for (const [index, documents] of groupBy(disputed, (document) => document.index)) {
    const row = registry.holderOf(index);
    if (row === undefined || physicalUid(row) !== index || row.primaryKey === null) continue;
    const topology = topologyOf(row, whole);
    const nodes = whole.nodes.filter(({ id }) => topology.groups.some(({ table }) => table.flat().includes(id)));
    const pace = new Pace(run.clock, Number.POSITIVE_INFINITY);
    const context = { operator, index, signal: run.signal, cluster, row, topology, nodes, pace, byContent: false };
    const suspects = new Suspects({ ...context, primaryKey: row.primaryKey }, new Findings(), "");
    for (const { id } of documents) suspects.add(id, "");
    owed += await oweDifferences(cluster, index, await suspects.confirm());
  }
  if (owed > 0) await run.log.update({}, `${owed} copies differed without anybody knowing; they are repaired first.`);
}
