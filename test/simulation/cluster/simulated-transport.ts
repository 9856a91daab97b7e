import { Buffer } from "node:buffer";
import type { NodeInfo } from "../../../src/core/types.ts";
import { STATE_INDEX } from "../../../src/execute/state-index.ts";
import type { EmbeddedResponse } from "../../../src/testing/embedded-node/http/message.ts";
import { cutReserved } from "../../../src/transport/cut-reserved.ts";
import {
  type NodeRequest,
  type NodeResponse,
  type Transport,
  TransportFailure,
} from "../../../src/transport/transport.ts";
import type { UndiciTransportOptions } from "../../../src/transport/undici.ts";
import { onAbort } from "../../../src/util/abort.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import { isDocumentWrite, Trip } from "./trip.ts";
import type { Caller, Wire } from "./wire.ts";

/** Time to connect, in milliseconds. */
const CONNECT_TIMEOUT_MS = 1000;

/** An idle connection is closed after so long, in milliseconds. */
const KEPT_ALIVE_MS = 4000;

/** Where a node shows what it keeps of the cluster. */
const RECORDS = `indexes/${STATE_INDEX}/documents`;

interface Connection {
  readonly incarnation: number;
  idleSinceMs: number;
}

/**
 * Requests over connections that break when the node goes away, are checked when they are new, and carry one request at a
 * time. Whoever gives up a request does not take it back.
 */
export class SimulatedTransport implements Transport {
  readonly #wire: Wire;
  readonly #caller: Caller;
  readonly #verify: NonNullable<UndiciTransportOptions["verify"]>;
  readonly #idle = new Map<string, Connection[]>();
  readonly #closed = new AbortController();

  constructor(wire: Wire, caller: Caller, { verify = async () => undefined }: UndiciTransportOptions) {
    this.#wire = wire;
    this.#caller = caller;
    this.#verify = verify;
  }

  async send(request: NodeRequest, signal: AbortSignal): Promise<NodeResponse> {
    if (this.#closed.signal.aborted) throw new TransportFailure("unreachable", "was not asked: the client is closed");
    return unlessAborted(signal, async () => {
      const connection = await this.#connect(request);
      if (signal.aborted) throw givenUp(signal);
      return this.#exchange(request, connection, signal);
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  async #connect({ node, unchecked }: NodeRequest): Promise<Connection> {
    const { timeline } = this.#wire;
    const target = this.#nodeOf(node);
    const pool = this.#poolOf(node, unchecked === true);
    for (let idle = pool.pop(); idle !== undefined; idle = pool.pop()) {
      const isOpen = idle.incarnation === target.incarnation && timeline.nowMs - idle.idleSinceMs < KEPT_ALIVE_MS;
      if (isOpen) return idle;
    }
    await this.#shakeHands(target);
    const connection = { incarnation: target.incarnation, idleSinceMs: timeline.nowMs };
    if (unchecked !== true) await this.#verify(node).catch(throwVerdict);
    return connection;
  }

  #shakeHands(target: SimulatedNode): Promise<void> {
    const { network, timeline } = this.#wire;
    const isCut = network.isBlocked(this.#caller.name, target.id, "requests", "answers");
    const fail = (why: string) => new TransportFailure("unreachable", `could not be reached (${why})`);
    return new Promise((resolve, reject) => {
      const end = () => {
        if (isCut) reject(fail("timeout"));
        else if (target.isUp) resolve();
        else reject(fail("refused"));
      };
      timeline.after(isCut ? CONNECT_TIMEOUT_MS : network.travelMs(this.#caller.name, target.id), () =>
        this.#caller.wake(end),
      );
    });
  }

  async #exchange(request: NodeRequest, connection: Connection, signal: AbortSignal): Promise<NodeResponse> {
    const { timeline, recordsReadAtMs } = this.#wire;
    const { incarnation } = connection;
    const target = this.#nodeOf(request.node);
    const pausing = isDocumentWrite(request) ? this.#caller.beforeWrite() : undefined;
    if (pausing !== undefined) await pausing;
    const sentAtMs = timeline.nowMs;
    const response = await new Trip(this.#wire, this.#caller, { request, target, incarnation, signal }).make();
    if (request.path === RECORDS) recordsReadAtMs.set(`${this.#caller.name} ${target.id}`, sentAtMs);
    connection.idleSinceMs = timeline.nowMs;
    if (target.incarnation === incarnation) this.#poolOf(request.node, request.unchecked === true).push(connection);
    return readBody(response, request);
  }

  #nodeOf(node: NodeInfo): SimulatedNode {
    const found = this.#wire.nodesById.get(node.id);
    if (found === undefined) throw new Error(`there is no node ${node.id}`);
    return found;
  }

  #poolOf(node: NodeInfo, isUnchecked: boolean): Connection[] {
    const key = `${node.id} ${isUnchecked}`;
    const pool = this.#idle.get(key) ?? [];
    this.#idle.set(key, pool);
    return pool;
  }
}

/** The outcome of the work, or a failure as soon as the signal fires, whatever the work goes on with. */
function unlessAborted(signal: AbortSignal, work: () => Promise<NodeResponse>): Promise<NodeResponse> {
  return new Promise((resolve, reject) => {
    const forgetSignal = onAbort(signal, () => reject(givenUp(signal)));
    work().then(resolve, reject).finally(forgetSignal);
  });
}

function givenUp(signal: AbortSignal): TransportFailure {
  return new TransportFailure("aborted", "was given up before it answered", signal.reason);
}

/** A node that could not be checked was not asked either. */
function throwVerdict(refused: unknown): never {
  if (refused instanceof TransportFailure) throw refused;
  const reason = refused instanceof Error ? refused.message : String(refused);
  throw new TransportFailure("unreachable", `could not be checked: ${reason}`, refused);
}

function readBody({ status, headers, body }: EmbeddedResponse, request: NodeRequest): NodeResponse {
  const text = request.cutsReserved === true ? cutReserved(Buffer.from(body)).toString("utf8") : body;
  if (request.asText === true && status < 300) return { status, headers, body: text };
  return { status, headers, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}
