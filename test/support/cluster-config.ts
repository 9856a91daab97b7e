import type { ClusterSettings, StaticClusterConfig } from "../../src/index.ts";

/** Key of every node that the tests start. */
export const MASTER_KEY = "masterKey";

/** What a test's cluster looks like. */
export interface ClusterShape {
  /** @default 3 */
  readonly nodes?: number;
  /** @default 2, or fewer when a group has fewer nodes */
  readonly replicationFactor?: number;
  /** Nodes are dealt out to so many groups. @default 1 */
  readonly groups?: number;
  /** @default 16 */
  readonly shards?: number;
  readonly settings?: ClusterSettings;
}

/** The configuration of a cluster over these addresses; node ids do not depend on the ports. */
export function configOf(urls: readonly string[], shape: ClusterShape = {}): StaticClusterConfig {
  const groups = shape.groups ?? 1;
  const replicationFactor = shape.replicationFactor ?? Math.min(2, Math.floor(urls.length / groups));
  return {
    nodes: urls.map((url, position) => ({ id: `node-${position}`, url, group: `group-${position % groups}` })),
    replicationFactor,
    shards: shape.shards ?? 16,
    apiKey: MASTER_KEY,
    defaultWaitOptions: { interval: 5 },
    repair: false, // what a replica owes is looked at by most tests, and paid in those of repair
    ...shape.settings,
  };
}
