import { clientClosed } from "../core/client-closed.ts";
import type { EventBus } from "../core/events.ts";
import type { ClusterRequest, ClusterResponse } from "../core/types.ts";
import type { CallOptions } from "../routes/cluster.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Observers, observersOf } from "./observers.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "./options.ts";
import type { ClusterSession } from "./session.ts";

/** What a client needs of its tie to the cluster. */
export type Session = Pick<ClusterSession, "events" | "telemetry" | "handle" | "close">;

/** Everything that answers calls. */
type Machinery = Pick<typeof import("./session.ts"), "ClusterSession">;

/**
 * A session whose machinery (routes, merge, schemas, connections) is loaded with the first call: whoever imports miroir
 * and makes a client pays for neither. Calls reach the machinery in the order in which they were made.
 */
export class LazySession implements Session {
  readonly #observers: Observers;
  readonly #config: StaticClusterConfig | TopologyClusterConfig;
  readonly #import: () => Promise<Machinery>;
  #loading: Promise<ClusterSession> | undefined;
  /** Set while no call waits for it, so that none overtakes those that do. */
  #session: ClusterSession | undefined;
  #waiting = 0;
  #isClosed = false;

  constructor(
    config: StaticClusterConfig | TopologyClusterConfig,
    machinery: () => Promise<Machinery> = () => import("./session.ts"),
  ) {
    this.#config = config;
    this.#observers = observersOf(config);
    this.#import = machinery;
  }

  get events(): EventBus {
    return this.#observers.events;
  }

  get telemetry(): Telemetry {
    return this.#observers.telemetry;
  }

  /** Hands a request to its route; its body is taken at once. */
  handle(request: ClusterRequest, call: CallOptions): Promise<ClusterResponse> {
    return this.#session?.handle(request, call) ?? this.#handleLater(request, call);
  }

  async #handleLater(request: ClusterRequest, call: CallOptions): Promise<ClusterResponse> {
    if (this.#isClosed) throw clientClosed();
    const own = ownBody(request);
    this.#waiting += 1;
    let session: ClusterSession;
    try {
      session = await this.#load();
    } finally {
      this.#waiting -= 1;
    }
    if (this.#waiting === 0) this.#session = session;
    request.signal?.throwIfAborted();
    return session.handle(own, call);
  }

  /** One promise for all who wait, which wakes them in their order. What could not be loaded is tried again. */
  #load(): Promise<ClusterSession> {
    this.#loading ??= this.#import().then(
      ({ ClusterSession: Loaded }) => new Loaded(this.#config, undefined, this.#observers),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Lets the calls made before reach their end, as {@link ClusterSession.close} does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const session = this.#session ?? (await this.#loading?.catch(() => undefined));
    await session?.close();
  }
}

/** The caller may change its objects after the call, and routes take bodies apart only when they are there. */
function ownBody(request: ClusterRequest): ClusterRequest {
  const { body } = request;
  return typeof body === "object" ? { ...request, body: JSON.parse(JSON.stringify(body)) } : request;
}
