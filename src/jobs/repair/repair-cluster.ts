import type { Environment } from "../../client/environment.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { ClusterSession } from "../../client/session.ts";
import type { OpenDebt } from "./open-debts.ts";
import { payDebts } from "./pay-debts.ts";
import { rebuildNode } from "./rebuild-node.ts";

/** How debts are paid. */
export interface RepairOptions {
  /** Pays debts until the signal fires, and waits for nodes that are away; else once. @default false */
  readonly watch?: boolean;
  /** A node that is begun anew first: see `rebuildNode()`. */
  readonly rebuild?: string;
  /** Takes the loss of shards that only this node held. @default false */
  readonly acceptLoss?: boolean;
  readonly signal?: AbortSignal;
  /** Told of every change of what is open. */
  readonly onProgress?: (open: readonly OpenDebt[]) => void;
  /** @default the machine's */
  readonly environment?: Environment;
}

/** Pause between two looks of a worker that found nothing it can pay, in milliseconds. */
const IDLE_MS = 1000;

/**
 * Copies what replicas missed to them, and pays the debts that say so. Other processes may write and repair meanwhile.
 * @returns the debts that are left: those that wait for a node that does not answer, or for writers to pause
 */
export async function repairCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  options: RepairOptions = {},
): Promise<readonly OpenDebt[]> {
  const { watch = false, signal = new AbortController().signal, onProgress } = options;
  const session = new ClusterSession({ ...config, repair: true }, options.environment);
  try {
    const cluster = await session.cluster();
    if (options.rebuild !== undefined) {
      await rebuildNode(cluster, options.rebuild, { signal, acceptLoss: options.acceptLoss === true });
    }
    for (;;) {
      await cluster.registry.refresh().catch(() => undefined);
      const left = await payDebts(cluster, { signal, ...(onProgress && { progress: onProgress }) });
      if (!watch) return left;
      await cluster.clock.sleep(IDLE_MS, signal);
    }
  } finally {
    await session.close();
  }
}
