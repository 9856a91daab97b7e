import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Cluster } from "./cluster.ts";

/** The nodes that have a key, and the key as each of them shows it. */
export interface KeyHolders {
  readonly holders: readonly NodeInfo[];
  readonly keys: readonly JsonObject[];
}

/** Asks every node, with the operator's key; one that does not say counts as one without. */
export async function whoHasKey(
  { operator, topology }: Cluster,
  uid: string,
  signal: AbortSignal | undefined,
): Promise<KeyHolders> {
  const path = `keys/${encodeURIComponent(uid)}`;
  const answers = await Promise.allSettled(
    topology.nodes.map(async (node) => {
      const { status, body } = await operator.ask(node, { method: "GET", path, ...(signal && { signal }) });
      return status === 200 ? [{ node, key: body as JsonObject }] : [];
    }),
  );
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  return { holders: found.map(({ node }) => node), keys: found.map(({ key }) => key) };
}
