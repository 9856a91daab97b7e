import { openDebtsOf } from "../move/move-debts.ts";
import type { MoveOrder } from "../move/shard-move.ts";
import type { JobRun } from "./job-run.ts";

/** Pause between two looks, in milliseconds. */
const PAUSE_MS = 500;

/** Waits until the nodes of a move owe nothing: what one missed would be missing in its copies. */
export async function payFirst(run: JobRun, order: MoveOrder): Promise<void> {
  for (let isSaid = false; ; isSaid = true) {
    const [debt] = await openDebtsOf(await run.cluster(), order);
    if (debt === undefined) return;
    const { node, index, reason } = debt;
    const event = `Waits until node ${node} has what it missed of index ${index}${reason ? ` (${reason})` : ""}.`;
    if (!isSaid) await run.log.update({ phase: "waiting" }, event);
    await run.clock.sleep(PAUSE_MS, run.signal);
  }
}
