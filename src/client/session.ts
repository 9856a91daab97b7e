import { clientClosed } from "../core/client-closed.ts";
import { MiroirError } from "../core/errors.ts";
import type { EventBus } from "../core/events.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import { watchedTransport } from "../execute/watched-transport.ts";
import type { CallOptions, Cluster } from "../routes/cluster.ts";
import { isDocumentMissing } from "../routes/documents-read.ts";
import { dispatch } from "../routes/registry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { OperationSpan } from "../telemetry/tracer.ts";
import { type Environment, systemEnvironment } from "./environment.ts";
import { observersOf } from "./observers.ts";
import { configuredCluster, type MetCluster, type OpenCluster, openCluster } from "./open-cluster.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "./options.ts";
import { tellDegraded } from "./tell-events.ts";

/** A client's tie to its cluster, shared by its views and indexes: met on first use, left once. */
export class ClusterSession {
  readonly #config: StaticClusterConfig | TopologyClusterConfig;
  readonly #environment: Environment;
  /** Tells of what happens in the cluster, from the first meeting on. */
  readonly events: EventBus;
  /** Measures what the cluster is asked and how it answers. */
  readonly telemetry: Telemetry;
  #open: Promise<OpenCluster> | undefined;
  #isClosed = false;

  constructor(
    config: StaticClusterConfig | TopologyClusterConfig,
    environment: Environment = systemEnvironment,
    observers = observersOf(config, environment.clock),
  ) {
    this.#config = config;
    this.#environment = environment;
    this.events = observers.events;
    this.telemetry = observers.telemetry;
  }

  /** Hands a request to its route. */
  handle(request: ClusterRequest, call: CallOptions): Promise<ClusterResponse> {
    return this.telemetry.observe(request, (span) => this.#answer(request, call, span));
  }

  async #answer(request: ClusterRequest, call: CallOptions, span: OperationSpan | undefined): Promise<ClusterResponse> {
    const configured = () => configuredCluster(this.#config, this.#environment);
    let met: Cluster | undefined;
    const cluster = async () => {
      met ??= traced(enter(await this.#meet()), span);
      return met;
    };
    try {
      const response = await dispatch(request, { call, cluster, configured });
      if (met === undefined) return response;
      const marked = mark(response, met);
      if (marked.meta?.degraded === true) tellDegraded(this.events, request, marked.meta);
      return marked;
    } finally {
      met?.operation.end();
    }
  }

  /** The cluster as it is now, for work that holds no change of owners up. A failed first meeting is tried again. */
  async cluster(): Promise<Cluster> {
    const cluster = enter(await this.#meet());
    cluster.operation.park();
    return cluster;
  }

  async #meet(): Promise<MetCluster> {
    if (this.#isClosed) throw clientClosed();
    this.#open ??= openCluster(this.#config, this.#environment, this).catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    const { cluster } = await this.#open;
    await cluster.view.ready();
    requireFresh(cluster);
    return cluster;
  }

  /** Lets writes under way end, then frees timers and connections. Calling it again does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const open = await this.#open?.catch(() => undefined);
    await open?.close();
  }
}

/** @throws MiroirError `miroir_view_stale` when nobody has known for too long whether the topology is still in force */
function requireFresh({ view, options }: MetCluster): void {
  if (view.staleMs <= options.maxViewAgeMs) return;
  throw new MiroirError(
    "miroir_view_stale",
    `The state store has not answered for ${Math.round(view.staleMs / 1000)} s, longer than \`maxViewAgeMs\` allows. Check ` +
      "the store; calls go on as soon as it answers.",
    { status: 503 },
  );
}

/** Begins a call on the topology in force. */
function enter(cluster: MetCluster): Cluster {
  const operation = cluster.view.begin();
  return { ...cluster, ...operation.snapshot, operation };
}

/** A call whose requests belong to a span. */
function traced(cluster: Cluster, span: OperationSpan | undefined): Cluster {
  if (span === undefined) return cluster;
  return { ...cluster, transport: watchedTransport(cluster.transport, (start) => span.attempt(start)) };
}

const STALE = "the state store does not answer, so the owners of shards may have changed";

/**
 * An answer of a process that may have missed a change of owners says so.
 * @throws MiroirError `miroir_view_stale` for one that could not say it, and would be taken for a deletion
 */
function mark(response: ClusterResponse, { operation }: Cluster): ClusterResponse {
  if (operation.isCovered) return response;
  if (isDocumentMissing(response)) throw mayHaveMoved();
  const { meta } = response;
  if (meta === undefined) return response;
  const reasons = [...meta.reasons, STALE];
  return { ...response, meta: { ...meta, stale: true, degraded: true, exact: false, reasons } };
}

function mayHaveMoved(): MiroirError {
  return new MiroirError(
    "miroir_view_stale",
    `The document was not found, but ${STALE}: it may be elsewhere by now. Check the store, and ask again.`,
    { status: 503 },
  );
}
