import { MiroirError } from "../../core/errors.ts";
import { type NodeDemand, type NodeSet, nodeId } from "./node-set.ts";
import type { TestNode } from "./test-cluster.ts";

/**
 * Uses servers that run already. They are neither emptied nor stopped.
 * @throws Error when fewer are given than asked for
 */
export function urlNodes(urls: readonly string[], { count, masterKey }: NodeDemand): NodeSet {
  if (urls.length < count) {
    throw new Error(`The test cluster needs ${count} servers and MEILISEARCH_URLS names ${urls.length}.`);
  }
  const nodes = urls.slice(0, count).map((url, position) => testNode(nodeId(position), url));
  return {
    nodes,
    masterKey,
    describe: (version) => `Meilisearch ${version}, ${count} servers of MEILISEARCH_URLS, which cannot be killed`,
    close: async () => {},
  };
}

function testNode(id: string, url: string): TestNode {
  const refuse = async () => {
    throw new MiroirError(
      "miroir_not_supported",
      `Node \`${id}\` (${url}) was not started by the test cluster and cannot be killed or restarted. Unset ` +
        "MEILISEARCH_URLS, or pass `processes: true`.",
    );
  };
  return { id, url, pid: undefined, kill: refuse, restart: refuse };
}
