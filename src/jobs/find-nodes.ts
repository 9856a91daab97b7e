import type { NodeInfo } from "../core/types.ts";
import { OperatorCallFailed } from "../execute/operator.ts";
import type { Cluster } from "../routes/cluster.ts";

/** A node that was not compared with the others. */
export interface AbsentNode {
  readonly node: string;
  readonly reason: string;
}

/** Which nodes can be compared. */
interface FoundNodes {
  readonly nodes: readonly NodeInfo[];
  readonly absent: readonly AbsentNode[];
}

/** Asks every node for an index; those that do not answer, or do not have it, are left out with the reason. */
export async function findNodes(cluster: Cluster, index: string, signal: AbortSignal): Promise<FoundNodes> {
  const verdicts = await Promise.all(
    cluster.topology.nodes.map(async (node) => ({ node, reason: await whyNot(cluster, node, { index, signal }) })),
  );
  return {
    nodes: verdicts.flatMap(({ node, reason }) => (reason === undefined ? [node] : [])),
    absent: verdicts.flatMap(({ node, reason }) => (reason === undefined ? [] : [{ node: node.id, reason }])),
  };
}

async function whyNot(
  { operator }: Cluster,
  node: NodeInfo,
  { index, signal }: { readonly index: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const { status } = await operator.ask(node, { method: "GET", path: `indexes/${index}`, signal });
    if (status === 404) return `has no index ${index}`;
    return status === 200 ? undefined : `answered ${status}`;
  } catch (error) {
    if (error instanceof OperatorCallFailed && !signal.aborted) return error.reason;
    throw error;
  }
}
