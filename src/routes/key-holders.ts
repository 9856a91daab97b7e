import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";

/** The nodes that have a key, and the key as each of them shows it. */
export interface KeyHolders {
  readonly holders: readonly NodeInfo[];
  readonly keys: readonly JsonObject[];
  /** The nodes that answered and do not have it. */
  readonly others: readonly NodeInfo[];
}

/** Asks every node that is there, with the operator's key. */
export async function whoHasKey(
  { operator, topology, health }: Cluster,
  uid: string,
  signal: AbortSignal | undefined,
): Promise<KeyHolders> {
  const nodes = topology.nodes.filter(({ id }) => !health.isSuspect(id));
  const path = `keys/${encodeURIComponent(uid)}`;
  const answers = await Promise.allSettled(
    nodes.map(async (node) => {
      const { status, body } = await operator.ask(node, { method: "GET", path, ...(signal && { signal }) });
      return { node, key: status === 200 ? (body as JsonObject) : undefined };
    }),
  );
  const told = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  return {
    holders: told.filter(({ key }) => key !== undefined).map(({ node }) => node),
    keys: told.flatMap(({ key }) => (key === undefined ? [] : [key])),
    others: told.filter(({ key }) => key === undefined).map(({ node }) => node),
  };
}
