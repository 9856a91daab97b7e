import { drainNodes } from "../move/drain-nodes.ts";
import type { MoveOrder } from "../move/shard-move.ts";
import type { JobRun } from "./job-run.ts";
import { nodesOf } from "./step-order.ts";

/** Part of the time of a hold that nodes may need for what is in their queues: the rest of a hold takes as long again. */
const PART = 4;

/** Looks at nodes that are too slow for a hold before the job gives up, and the pause after each, in milliseconds. */
const LOOKS = 60;
const PAUSE_MS = 10_000;

/**
 * Waits until a hold would be short; no writer is held meanwhile.
 * @param prepare done before each look, such as copying what came since the last one
 */
export async function untilQuick(run: JobRun, order: MoveOrder, prepare: () => Promise<void>): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    await prepare();
    if (await areQuick(run, order)) return;
    await run.clock.sleep(PAUSE_MS, run.signal);
  }
  const remedy = "Resume the job when there is less to write, or begin it with a longer --hold-timeout";
  throw new Error(`The nodes have long queues all the time. ${remedy}`);
}

/**
 * Whether nodes apply what they have accepted so fast that a hold can succeed. Where queues are long, it would only keep
 * writers waiting.
 */
async function areQuick(run: JobRun, order: MoveOrder): Promise<boolean> {
  const cluster = await run.cluster();
  const startedAt = run.clock.monotonic();
  await drainNodes(cluster, nodesOf(order), { indexes: await run.indexes(cluster), signal: run.signal });
  const tookMs = run.clock.monotonic() - startedAt;
  const { holdTimeoutMs } = run.log.job.options;
  if (tookMs <= holdTimeoutMs / PART) return true;
  const times = `${(tookMs / 1000).toFixed(1)} s to apply what they have accepted, and writers wait for at most ${holdTimeoutMs / 1000} s`;
  await run.log.update({ phase: "waiting" }, `Waits until nodes are quicker: they took ${times}.`);
  return false;
}
