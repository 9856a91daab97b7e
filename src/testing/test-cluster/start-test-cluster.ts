import type { StaticClusterConfig } from "../../client/options.ts";
import { serverVersion } from "./ask-server.ts";
import { binaryLaunch } from "./binary-launch.ts";
import { type ChosenSource, chooseSource } from "./choose-source.ts";
import { embeddedLaunch } from "./embedded-launch.ts";
import { embeddedNodes } from "./embedded-nodes.ts";
import type { NodeDemand, NodeSet } from "./node-set.ts";
import { processNodes } from "./process-nodes.ts";
import type { TestCluster, TestClusterOptions } from "./test-cluster.ts";
import { urlNodes } from "./url-nodes.ts";

/**
 * Starts real HTTP servers for tests, from the best source there is: `MEILISEARCH_URLS` (servers that run already, comma
 * separated, with `MEILISEARCH_KEY`) → `MEILISEARCH_BIN` or `meilisearch` on PATH → the embedded node. Docker is no source
 * yet. `source` of the result says which it was. Servers that were started end with this process, even when it is killed.
 * @throws Error when servers that were asked for are not there or do not come up
 */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { nodes: count = 3, replicationFactor, masterKey } = options;
  if (!(Number.isInteger(count) && count > 0)) throw new RangeError(`A cluster of ${count} nodes cannot be started.`);
  const set = await startNodes(chooseSource(options, process.env), options.processes === true, { count, masterKey });
  try {
    const version = await serverVersion(set.nodes[0]?.url ?? "", set.masterKey);
    const { nodes, masterKey: key } = set;
    const config = configOf(set, replicationFactor);
    const close = onlyOnce(set.close);
    return { nodes, source: set.describe(version), masterKey: key, config, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await set.close();
    throw error;
  }
}

function startNodes(source: ChosenSource, hasProcesses: boolean, demand: NodeDemand): Promise<NodeSet> | NodeSet {
  const { count } = demand;
  switch (source.kind) {
    case "urls":
      return urlNodes(source.urls, { count, masterKey: demand.masterKey ?? process.env["MEILISEARCH_KEY"] });
    case "binary":
      return processNodes(
        {
          plan: binaryLaunch(source.path),
          describe: (version) => `Meilisearch ${version} (${source.path}), ${plural(count, "process", "processes")}`,
        },
        demand,
      );
    case "embedded":
      return hasProcesses ? embeddedProcesses(demand) : embeddedNodes(demand);
  }
}

function embeddedProcesses(demand: NodeDemand): Promise<NodeSet> {
  const processes = plural(demand.count, "child process", "child processes");
  return processNodes(
    {
      plan: embeddedLaunch,
      describe: (version) => `embedded node, compatible with Meilisearch ${version}, ${processes}`,
    },
    demand,
  );
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function configOf({ nodes, masterKey }: NodeSet, replicationFactor: number | undefined): StaticClusterConfig {
  return {
    nodes: nodes.map(({ id, url }) => ({ id, url })),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    ...(masterKey === undefined ? {} : { apiKey: masterKey }),
  };
}

function onlyOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
