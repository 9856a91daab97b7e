import type { Topology } from "./topology.ts";

/** What has to wait while owners change: writes only at the end, edits by function all the time. */
export type HeldWork = "write" | "edit";

/** The shards among these whose writes, or edits, wait for the change of owners under way. */
export function heldShards({ change }: Topology, shards: Iterable<number>, work: HeldWork): number[] {
  if (change === undefined || (work === "write" && change.phase === "copying")) return [];
  const changing = new Set(change.shards);
  return [...shards].filter((shard) => changing.has(shard));
}
