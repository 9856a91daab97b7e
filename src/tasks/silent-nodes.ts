import type { TaskPart } from "../merge/tasks.ts";

/** Nodes that took a change, by what is seen of their parts of it. */
export interface SilentNodes {
  /** Ids of those that cannot be asked, and are known to be down. */
  readonly silent: ReadonlySet<string>;
  /** Ids of those that made it. */
  readonly makers: ReadonlySet<string>;
}

/** How the nodes are. */
export interface Reachability {
  readonly isKnown: (node: string) => boolean;
  readonly isSuspect: (node: string) => boolean;
}

/** The nodes that a change waits for in vain: `undefined` while any other has yet to make it, or when there are none. */
export function findSilent(parts: readonly TaskPart[], { isKnown, isSuspect }: Reachability): SilentNodes | undefined {
  const nodes = new Set(parts.map(({ node }) => node));
  const silent = new Set([...nodes].filter((node) => !isKnown(node) && isSuspect(node)));
  const makers = new Set(nodes);
  for (const { node, task } of parts) if (task?.["status"] !== "succeeded") makers.delete(node);
  return silent.size > 0 && silent.size + makers.size === nodes.size ? { silent, makers } : undefined;
}

/** How many nodes count each document when some count nothing: the others stand for them. */
export function copiesAmong(parts: readonly TaskPart[], copies: number): number {
  const counted = parts.filter(({ indebted }) => indebted !== true).length;
  return counted === 0 ? copies : (copies * counted) / parts.length;
}
