import { OperatorCallFailed } from "../../execute/operator.ts";
import type { CopyTarget } from "../../execute/repair/copy-target.ts";
import type { Correction } from "../../execute/repair/reconcile.ts";
import type { Cluster } from "../../routes/cluster.ts";

/**
 * Sends a copy and waits for the answer whatever happens: a request that is given up may still land, on top of what is
 * copied later. Where no answer came, time passes until it cannot land any more, before the failure is thrown.
 */
export async function sendWhole(cluster: Cluster, target: CopyTarget, correction: Correction): Promise<number[]> {
  try {
    return await target.send(correction);
  } catch (error) {
    const isLost = error instanceof OperatorCallFailed && LOST.has(error.outcome.kind);
    if (isLost) await cluster.clock.sleep(cluster.options.writeTimeoutMs);
    throw error;
  }
}

/** Outcomes of requests that may have been seen. */
const LOST: ReadonlySet<OperatorCallFailed["outcome"]["kind"]> = new Set(["unknown", "aborted", "broken"]);
