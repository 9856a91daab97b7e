import type { StaticClusterConfig } from "../../client/options.ts";

/** Where the servers of a test cluster come from. */
export type NodeSource = "urls" | "binary" | "embedded";

/** How a test cluster is made. */
export interface TestClusterOptions {
  /** Number of servers. @default 3 */
  readonly nodes?: number;
  /** Nodes that hold each shard, for `config`. @default 2, or 1 with a single node */
  readonly replicationFactor?: number;
  /** Key of every server. @default "masterKey", or `MEILISEARCH_KEY` for servers of `MEILISEARCH_URLS` */
  readonly masterKey?: string;
  /** @default the first that is found of `MEILISEARCH_URLS`, `MEILISEARCH_BIN` or `meilisearch` on PATH, embedded */
  readonly source?: NodeSource;
  /**
   * Every node must be a process that `kill()` ends for real: `MEILISEARCH_URLS` is passed over, and embedded nodes run
   * as child processes instead of inside this one. @default false
   */
  readonly processes?: boolean;
}

/** One server of a test cluster. */
export interface TestNode {
  /** `node-1`, `node-2`, …; decides placement. */
  readonly id: string;
  readonly url: string;
  /** The process, when the node has one of its own and it runs. */
  readonly pid: number | undefined;
  /**
   * Ends the node without warning: SIGKILL for a process, cut connections for a node inside this process.
   * @throws MiroirError `miroir_not_supported` for a server of `MEILISEARCH_URLS`
   */
  kill(): Promise<void>;
  /** Starts a killed node again at the same address with the data it had; resolves once it answers. */
  restart(): Promise<void>;
}

/** Servers that listen, and what a client needs to use them. */
export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly TestNode[];
  /** Which servers these are, in one line. */
  readonly source: string;
  readonly masterKey: string | undefined;
  /** For `new Meilisearch(config)`. */
  readonly config: StaticClusterConfig;
  /** Ends every server that was started, and removes its data. Calling it again does nothing. */
  close(): Promise<void>;
}
