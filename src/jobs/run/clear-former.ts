import type { Topology } from "../../cluster/topology.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { drainNodes } from "../move/drain-nodes.ts";
import { purgeShards } from "../move/purge-shards.ts";
import type { JobRecord } from "./job-record.ts";
import type { JobRun } from "./job-run.ts";

/**
 * Deletes what former owners hold yet, once no process can read from them any more. A node that leaves the cluster, and
 * does not answer, is left as it is.
 * @param timeoutMs how long readers are waited for; what could not be deleted by then stays written down
 */
export async function clearFormer(run: JobRun, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
  if (run.log.job.purges.length === 0) return;
  await run.log.update({ phase: "purging" });
  const isOver = await run.changes.barrier("readers", {
    signal: run.signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (!isOver) return;
  for (const purge of [...run.log.job.purges]) {
    await clearNode(run, purge);
    await run.log.update({ purges: run.log.job.purges.filter((other) => other !== purge) });
  }
}

type Purge = JobRecord["purges"][number];

async function clearNode(run: JobRun, { node, ...held }: Purge): Promise<void> {
  const topology = await run.changes.current();
  const isOwner = (shard: number) => topology.groups.some(({ table }) => table[shard]?.includes(node));
  const isHolder = topology.joining?.includes(node) !== true && topology.nodes.some(({ id }) => id === node);
  const shards = held.shards.filter((shard) => !isOwner(shard));
  const purge = { node, shards, everywhere: held.everywhere && !isHolder, topology };
  const cluster = await run.operated();
  if (!cluster.nodesById.has(node) || run.isGone(cluster, node)) {
    await run.log.update({}, `Node ${node} does not answer, and leaves with what it holds.`);
  } else {
    await run.admit([node]);
    const own = await run.cluster();
    await drainNodes(own, [node], { indexes: await run.indexes(own), signal: run.signal });
    await purgeShards(own, purge, { mark: run.mark, signal: run.signal });
  }
  await forgetDebts(cluster, purge);
}

/** Nobody asks a former owner for what it missed any more, and nobody else would take its debts for paid. */
async function forgetDebts(
  { registry, debts }: Cluster,
  { node, shards, everywhere }: Purge & { readonly topology: Topology },
): Promise<void> {
  await registry.refresh();
  const owed = debts.ledger.list().filter((debt) => {
    return debt.node === node && (registry.isEverywhere(debt.index) ? everywhere : shards.includes(debt.shard));
  });
  await debts.pay(owed);
}
