import type { Rule, Side, Sides } from "./rule.ts";

/** A dump or snapshot is one file on every node: the task's details list them. */
export const backupsPerNode: Rule = {
  name: "a dump or snapshot on every node",
  apply: ({ recorded, given }): Sides => ({
    recorded,
    given: { ...given, body: withoutNodes(given.body), task: withoutNodes(given.task) },
  }),
};

/** Takes the list of the nodes' files out of the details of every backup's task. */
function withoutNodes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNodes);
  if (typeof value !== "object" || value === null) return value;
  const { type, details, results, ...rest } = value as Record<string, unknown>;
  if (results !== undefined) return { ...value, results: withoutNodes(results) };
  if (type === "snapshotCreation") return { ...rest, type };
  if (type !== "dumpCreation" || details === undefined) return value;
  const { nodes: _, ...own } = details as Record<string, unknown>;
  return { ...rest, type, details: own };
}

/** A network is set on one server; a cluster shows itself. */
export const networkPicture: Rule = {
  name: "the network is the cluster",
  apply(sides, { single }): Sides | undefined {
    const { path, method } = single.request;
    if (path !== "/network" || method !== "GET" || sides.given.status !== 200) return undefined;
    return { recorded: keysOf(sides.recorded), given: keysOf(sides.given) };
  },
};

function keysOf(side: Side): Side {
  return { ...side, body: Object.keys(side.body as object) };
}
