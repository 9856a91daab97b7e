import { createEmbeddedNode, type EmbeddedNode } from "../embedded-node/index.ts";
import { DEFAULT_MASTER_KEY, type NodeDemand, type NodeSet, nodeId } from "./node-set.ts";
import type { TestNode } from "./test-cluster.ts";

/** Starts embedded nodes inside this process. */
export async function embeddedNodes({ count, masterKey = DEFAULT_MASTER_KEY }: NodeDemand): Promise<NodeSet> {
  const embedded = await Promise.all(Array.from({ length: count }, () => createEmbeddedNode({ masterKey })));
  return {
    nodes: embedded.map((node, position) => testNode(node, nodeId(position))),
    masterKey,
    describe: (version) => `embedded node, compatible with Meilisearch ${version}, ${count} inside this process`,
    close: async () => {
      await Promise.all(embedded.map((node) => node.close()));
    },
  };
}

function testNode(node: EmbeddedNode, id: string): TestNode {
  return {
    id,
    url: node.url,
    pid: undefined,
    kill: () => node.crash({ keepData: true }),
    restart: () => node.restart(),
  };
}
