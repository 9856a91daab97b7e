import type { AcceptedChange, MissedChange } from "../cluster/missed.ts";
import { inIdCharacters } from "../execute/id-characters.ts";
import type { MissedBook } from "../execute/missed-book.ts";
import type { LiveTopology } from "../execute/view/live-topology.ts";
import type { SilentNodes } from "../tasks/silent-nodes.ts";
import { holdEveryShard } from "./missing-nodes.ts";

/** A change that every node accepted and some have not made, since they went away. */
export interface ForgoneChange extends SilentNodes {
  readonly taskUid: number;
  readonly change: AcceptedChange;
}

/** What {@link forgoSilent} works with. */
export interface ForgoingContext {
  readonly live: Pick<LiveTopology, "topology">;
  readonly missed: Pick<MissedBook, "record" | "isBehind">;
}

/**
 * Writes down that the silent nodes missed a change that they had accepted, when the others can do without them as they
 * can without nodes that are down from the start; false when not. Whoever follows the task does it, and all write the same
 * record: once the nodes were given the change they do not count as behind again.
 * @throws MiroirError `miroir_store_unavailable`
 */
export async function forgoSilent(
  { live: { topology }, missed }: ForgoingContext,
  { taskUid, change: { what, matters, stamp }, silent, makers }: ForgoneChange,
): Promise<boolean> {
  const isBehind = (id: string) =>
    matters.some(({ matter, name }) => matter === "index" && missed.isBehind(id, name ?? ""));
  const doers = topology.nodes.filter(({ id }) => makers.has(id) && !isBehind(id));
  if (!holdEveryShard({ topology }, doers)) return false;
  for (const { id: node } of topology.nodes.filter(({ id }) => silent.has(id))) {
    // It has the change in its queue.
    const changes = matters.map((matter): MissedChange => ({ node, ...matter, what, stamp, mayLand: true }));
    await missed.record(changes, `task_${taskUid}_${inIdCharacters(node)}`);
  }
  return true;
}
