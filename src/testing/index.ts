/** Servers for tests: one inside the process, or a cluster from the best source there is. */
export {
  createEmbeddedNode,
  type EmbeddedNode,
  type EmbeddedNodeOptions,
  type EmbeddedRequest,
  type EmbeddedResponse,
  type Fault,
  type Faults,
} from "./embedded-node/index.ts";
export { type IndexFixture, loadFixtures } from "./fixtures.ts";
export { type MeilisearchHandlersOptions, meilisearchHandlers } from "./msw-handlers.ts";
export type { StoreAbility, StoreBackend } from "./store-conformance/store-case.ts";
export {
  type StoreConformanceCase,
  type StoreConformanceOptions,
  storeConformance,
} from "./store-conformance/store-conformance.ts";
export { startTestCluster } from "./test-cluster/start-test-cluster.ts";
export type { NodeSource, TestCluster, TestClusterOptions, TestNode } from "./test-cluster/test-cluster.ts";
