import { Meilisearch } from "meilisearch";
import { onTestFinished } from "vitest";
import { MiroirClient, type StaticClusterConfig } from "../../src/index.ts";
import {
  createEmbeddedNode,
  type EmbeddedNode,
  type EmbeddedNodeOptions,
} from "../../src/testing/embedded-node/index.ts";
import { type ClusterShape, configOf, MASTER_KEY } from "./cluster-config.ts";
import { scanEveryAnswer } from "./reserved-scan.ts";

export { type ClusterShape, configOf, MASTER_KEY } from "./cluster-config.ts";

/** A client over nodes, and the way past it to each of them. */
export interface TestCluster {
  readonly client: MiroirClient;
  readonly config: StaticClusterConfig;
  /** The official client for each node, in the order of the configuration. */
  readonly directs: readonly Meilisearch[];
  /** Another client over the same nodes, as a second process would have; closed with the test. */
  connect(settings?: Partial<StaticClusterConfig>): MiroirClient;
}

/** A cluster of nodes in this process, whose faults the test chooses. */
export interface EmbeddedCluster extends TestCluster {
  readonly nodes: readonly EmbeddedNode[];
}

/** Clients over a configuration, closed when the test ends; every answer they get is scanned for reserved fields. */
export function clientsOver(config: StaticClusterConfig): TestCluster {
  const connect = (settings: Partial<StaticClusterConfig> = {}) => {
    const client = scanEveryAnswer(new MiroirClient({ ...config, ...settings }));
    onTestFinished(() => client.close());
    return client;
  };
  const addresses = config.nodes.map((node) => (typeof node === "string" ? node : node.url));
  const directs = addresses.map(
    (host) =>
      new Meilisearch({
        host,
        apiKey: config.apiKey ?? MASTER_KEY,
        defaultWaitOptions: { interval: 5, timeout: 60_000 },
      }),
  );
  return { client: connect(), config, directs, connect };
}

/** Starts nodes in this process, ended when the test ends. */
export async function startNodes(count: number, options: EmbeddedNodeOptions = {}): Promise<EmbeddedNode[]> {
  const nodes = await Promise.all(
    Array.from({ length: count }, () => createEmbeddedNode({ masterKey: MASTER_KEY, ...options })),
  );
  onTestFinished(async () => {
    for (const node of nodes) node.faults.clear();
    await Promise.all(nodes.map((node) => node.close()));
  });
  return nodes;
}

/** Starts a cluster of nodes in this process and a client over it; all of it ends with the test. */
export async function startCluster(shape: ClusterShape = {}): Promise<EmbeddedCluster> {
  const nodes = await startNodes(shape.nodes ?? 3);
  const cluster = clientsOver(
    configOf(
      nodes.map((node) => node.url),
      shape,
    ),
  );
  return { ...cluster, nodes };
}
