import { MiroirError } from "../core/errors.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { CallOptions, Cluster } from "../routes/cluster.ts";
import { dispatch } from "../routes/registry.ts";
import { type Environment, systemEnvironment } from "./environment.ts";
import { configuredCluster, type OpenCluster, openCluster } from "./open-cluster.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "./options.ts";

/** A client's tie to its cluster, shared by its views and indexes: met on first use, left once. */
export class ClusterSession {
  readonly #config: StaticClusterConfig | TopologyClusterConfig;
  readonly #environment: Environment;
  #open: Promise<OpenCluster> | undefined;
  #isClosed = false;

  constructor(config: StaticClusterConfig | TopologyClusterConfig, environment: Environment = systemEnvironment) {
    this.#config = config;
    this.#environment = environment;
  }

  /** Hands a request to its route. */
  handle(request: ClusterRequest, call: CallOptions): Promise<ClusterResponse> {
    const configured = () => configuredCluster(this.#config, this.#environment);
    return dispatch(request, { call, cluster: () => this.cluster(), configured });
  }

  /** The cluster; a failed first meeting is tried again by the next call. */
  async cluster(): Promise<Cluster> {
    if (this.#isClosed) throw new MiroirError("miroir_closed", "The client was closed. Create another one.");
    this.#open ??= openCluster(this.#config, this.#environment).catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    return (await this.#open).cluster;
  }

  /** Lets writes under way end, then frees timers and connections. Calling it again does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const open = await this.#open?.catch(() => undefined);
    await open?.close();
  }
}
