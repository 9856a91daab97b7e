import type { NodeInfo } from "../core/types.ts";
import { drain } from "../execute/repair/drain.ts";
import type { Cluster } from "../routes/cluster.ts";
import { keepAlive } from "../util/keep-alive.ts";

/** Time that a writer is given to write down what a replica missed, behind its last request, in milliseconds. */
const RECORDING_MS = 2000;

/**
 * Resolves when every write that had begun is applied or known to be owed: no request of one is on its way any more
 * (barrier), the nodes' queues have passed it (drain), and its debts were read.
 */
export async function settle(cluster: Cluster, nodes: readonly NodeInfo[], signal: AbortSignal): Promise<void> {
  const { clock, operator, options, registry } = cluster;
  await clock.sleep(options.writeTimeoutMs + Math.min(RECORDING_MS, options.writeTimeoutMs), signal);
  await keepAlive(clock, Promise.all(nodes.map((node) => drain(operator, node, signal))));
  await registry.refresh();
}
