import type { JsonObject } from "../core/types.ts";
import type { TaskShard } from "../merge/tasks.ts";
import { isMarkedAs } from "./virtual-task.ts";

/**
 * What became of a write on one node that acknowledged it.
 * - `held`, `partly`, `lost`: all, some, none of its tasks succeeded, and none will any more
 * - `forgotten`: it does not know a task, or has another's under its number
 * - `down`: it cannot be asked and is known to be down
 * - `pending`: it is not decided yet
 */
export type Standing = "held" | "partly" | "lost" | "forgotten" | "down" | "pending";

/** A node whose acknowledgement is worth nothing, and the nodes that have more of the write than it has. */
export interface Loss {
  readonly node: string;
  readonly holders: ReadonlySet<string>;
}

/** What {@link standingOf} judges from. */
export interface NodeTasks {
  /** The node's tasks of one write; null where it does not know one. */
  readonly tasks: readonly (JsonObject | null)[];
  /** Whether the node could be asked. */
  readonly isKnown: boolean;
  readonly isSuspect: boolean;
  /** Number of the virtual task that the nodes' tasks carry in their metadata, if they do. */
  readonly markedAs?: number;
}

/** Judges one node by its tasks of a write. */
export function standingOf({ tasks, isKnown, isSuspect, markedAs }: NodeTasks): Standing {
  if (!isKnown) return isSuspect ? "down" : "pending";
  const isOurs = (task: JsonObject) => markedAs === undefined || isMarkedAs(task["customMetadata"], markedAs);
  if (!tasks.every((task) => task !== null && isOurs(task))) return "forgotten";
  const statuses = tasks.map((task) => task?.["status"]);
  if (statuses.some((status) => status === "enqueued" || status === "processing")) return "pending";
  const succeeded = statuses.filter((status) => status === "succeeded").length;
  if (succeeded === statuses.length) return "held";
  return succeeded > 0 ? "partly" : "lost";
}

/**
 * Which acknowledgements are worth nothing, `undefined` before that can be told: while a node is undecided, or is down and
 * holds a shard that nobody else is known to have, nothing is said. A document that the server refuses in its task fails
 * alike on every owner: none of them owes it, since nobody has it. But when one that never took it owes it, the others must
 * as well.
 */
export function findLosses(
  standings: ReadonlyMap<string, Standing>,
  { shards, isOwed = false }: { readonly shards: readonly TaskShard[]; readonly isOwed?: boolean | undefined },
): Loss[] | undefined {
  const nodes = [...standings];
  if (nodes.some(([node, standing]) => standing === "pending" || (standing === "down" && !isCovered(node)))) {
    return undefined;
  }
  return nodes.flatMap(([node, standing]) => {
    const holders = nodes.filter(([, other]) => worth(other) > worth(standing)).map(([other]) => other);
    const isLoss =
      standing === "down" || standing === "forgotten" || (standing !== "held" && (holders.length > 0 || isOwed));
    return isLoss ? [{ node, holders: new Set(holders) }] : [];
  });

  function isCovered(node: string): boolean {
    return shards.every(
      ({ nodes: owners }) => !owners.includes(node) || owners.some((owner) => standings.get(owner) === "held"),
    );
  }
}

/** How much of a write a node has: 0 nothing, 1 some, 2 all. */
export function worth(standing: Standing): number {
  if (standing === "held") return 2;
  return standing === "partly" ? 1 : 0;
}
