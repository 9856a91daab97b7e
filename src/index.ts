/** The official client whole, with `Meilisearch` replaced by miroir's own; an application changes one import. */
export * from "meilisearch";
export { MiroirClient, MiroirClient as Meilisearch } from "./client/miroir.ts";
export { MiroirIndex, MiroirIndex as Index } from "./client/miroir-index.ts";
export type { ClusterSettings, MiroirConfig, StaticClusterConfig, TopologyClusterConfig } from "./client/options.ts";
export type { NodeConfig } from "./cluster/cluster-config.ts";
export type { WriteConsistency } from "./cluster/quorum.ts";
export type { Attempt } from "./core/attempt.ts";
export { MiroirError, type MiroirErrorCode } from "./core/errors.ts";
export type {
  DebtEvent,
  DegradedEvent,
  EpochEvent,
  HoldEvent,
  JobEvent,
  MiroirEventName,
  MiroirEvents,
  NodeEvent,
  SlowEvent,
  ViewEvent,
} from "./core/events.ts";
export type { ExplainedNode, Explanation } from "./core/explanation.ts";
export { type Coverage, type Meta, metaOf, type ReadWork, type SearchWork, type WriteReceipt } from "./core/meta.ts";
export type { CallOptions } from "./routes/cluster.ts";
export type { TenantAffinity } from "./routing/tenant-affinity.ts";
export type { HedgingOptions } from "./select/hedging.ts";
export type { OwnStrategy, ReplicaCandidate, StrategyName } from "./select/strategy.ts";
export { serveStore } from "./store/http/serve-store.ts";
export type { ServedStoreHandle, ServeStoreOptions } from "./store/http/served-store-handle.ts";
export { type OpenStoreOptions, openStore } from "./store/open-store.ts";
export type {
  CommitOptions,
  CommitResult,
  DeleteOptions,
  Lease,
  LeaseOptions,
  LogEntry,
  PutOptions,
  ReadOptions,
  StateStore,
  StoreCallOptions,
  StoreChange,
  StoreEntry,
  StoreStatus,
  StoreWatch,
} from "./store/state-store.ts";
export { StoreUnavailable } from "./store/store-unavailable.ts";
export type { ReadYourWrites, ReadYourWritesOptions } from "./tasks/own-writes/read-your-writes.ts";
