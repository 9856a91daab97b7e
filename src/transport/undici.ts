import { type Buffer, isAscii } from "node:buffer";
import type { Socket } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";
import type { NodeInfo } from "../core/types.ts";
import { cutReserved } from "./cut-reserved.ts";
import { exchange, type RawAnswer } from "./exchange.ts";
import { type NodeRequest, type NodeResponse, type Transport, TransportFailure } from "./transport.ts";

/** Settings of {@link undiciTransport}. */
export interface UndiciTransportOptions {
  /** Connections kept to one node, at most. @default 64 */
  readonly connections?: number;
  /** Time to connect, in milliseconds. @default 1000 */
  readonly connectTimeoutMs?: number;
  /** Sends `accept-encoding: gzip` instead of `identity`, for nodes behind a slow network. @default false */
  readonly compress?: boolean;
  /** Asked on every new connection before any request goes over it; a rejection closes the connection. */
  readonly verify?: (node: NodeInfo) => Promise<void>;
}

interface NodePools {
  readonly prefix: string;
  readonly checked: Pool;
  readonly unchecked: Pool;
}

/**
 * HTTP/1.1 over one undici pool per node, pipelining 1. Time-outs of undici itself are off: the caller's signal rules.
 * `accept-encoding: identity` because a compressed answer leaves the server in pieces and waits for a delayed ACK.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const poolsByAddress = new Map<string, NodePools>();
  const closed = new AbortController();
  const poolsOf = (node: NodeInfo): NodePools => {
    // A node keeps its id when it moves to another address.
    const address = `${node.id} ${node.url}`;
    let pools = poolsByAddress.get(address);
    if (pools === undefined) {
      pools = openPools(node, options);
      poolsByAddress.set(address, pools);
    }
    return pools;
  };
  return {
    async send(request, signal) {
      if (closed.signal.aborted) throw new TransportFailure("unreachable", "was not asked: the client is closed");
      const pools = poolsOf(request.node);
      const pool = request.unchecked === true ? pools.unchecked : pools.checked;
      try {
        const dispatch = toDispatch(request, pools.prefix, options.compress === true);
        return await toResponse(await exchange(pool, dispatch, signal), request);
      } catch (error) {
        throw toFailure(error, closed.signal.aborted ? closed.signal : signal);
      }
    },
    async close() {
      closed.abort(new Error("the client was closed"));
      const open = [...poolsByAddress.values()];
      poolsByAddress.clear();
      await Promise.all(open.flatMap(({ checked, unchecked }) => [checked.destroy(), unchecked.destroy()]));
    },
  };
}

function openPools(node: NodeInfo, options: UndiciTransportOptions): NodePools {
  const url = new URL(node.url);
  const timeout = options.connectTimeoutMs ?? 1000;
  const common = { headersTimeout: 0, bodyTimeout: 0, pipelining: 1 };
  return {
    prefix: url.pathname.replace(/\/+$/, ""),
    checked: new Pool(url.origin, {
      ...common,
      connections: options.connections ?? 64,
      connect: verifyingConnector(node, timeout, options.verify),
    }),
    unchecked: new Pool(url.origin, { ...common, connections: 4, connect: verifyingConnector(node, timeout) }),
  };
}

/**
 * Hands a socket to the pool only after the node behind it proved to be the expected one. What fails here is known not
 * to have been sent; the same error code on an established connection is not.
 */
function verifyingConnector(
  node: NodeInfo,
  timeout: number,
  verify: UndiciTransportOptions["verify"] = async () => undefined,
): buildConnector.connector {
  const connect = buildConnector({ timeout });
  return (target, done) => {
    connect(target, (error, socket) => {
      if (error !== null) {
        done(new TransportFailure("unreachable", `could not be reached (${reasonOf(error)})`, error), null);
        return;
      }
      verify(node).then(
        () => done(null, socket as Socket),
        (refusal: unknown) => {
          (socket as Socket).destroy();
          done(toVerdict(refusal), null);
        },
      );
    });
  };
}

/** A node that could not be checked was not asked either. */
function toVerdict(refusal: unknown): TransportFailure {
  if (refusal instanceof TransportFailure) return refusal;
  const reason = refusal instanceof Error ? refusal.message : String(refusal);
  return new TransportFailure("unreachable", `could not be checked: ${reason}`, refusal);
}

function toDispatch(request: NodeRequest, prefix: string, isCompressed: boolean): Dispatcher.DispatchOptions {
  const query = request.query === undefined || request.query === "" ? "" : `?${request.query}`;
  return {
    path: `${prefix}/${request.path}${query}`,
    method: request.method,
    headers: {
      ...request.headers,
      "accept-encoding": isCompressed ? "gzip" : "identity",
      ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
      ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
    },
    body: request.body ?? null,
  };
}

function toResponse({ status, headers, body }: RawAnswer, request: NodeRequest): NodeResponse | Promise<NodeResponse> {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return readBody({ status, headers, body }, request);
  if (encoding !== "gzip") throw new TransportFailure("bad-answer", `answered in the encoding ${encoding}`);
  return unpack(body).then((unpacked) => readBody({ status, headers, body: unpacked }, request));
}

async function unpack(body: Buffer): Promise<Buffer> {
  const { gunzipSync } = await import("node:zlib");
  return gunzipSync(body);
}

function readBody({ status, headers, body }: RawAnswer, request: NodeRequest): NodeResponse {
  if (status < 300 && request.isUnwanted?.() === true) return { status, headers, body: undefined };
  const text = textOf(request.cutsReserved === true ? cutReserved(body) : body);
  if (request.asText === true && status < 300) return { status, headers, body: text };
  return { status, headers, body: parseBody(text, status, headers) };
}

/** Plain letters, which most answers are made of, need no decoding. */
function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8");
}

/** A page of text with a 5xx status is a proxy's word for a node that is away; with any other it is no node at all. */
function parseBody(text: string, status: number, headers: Readonly<Record<string, string>>): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status >= 500) return undefined;
    const type = headers["content-type"] ?? "no content-type";
    throw new TransportFailure("bad-answer", `answered status ${status} with ${type} instead of JSON`, error);
  }
}

/** Turns whatever undici threw into the closed set of failures. */
function toFailure(error: unknown, signal: AbortSignal): TransportFailure {
  if (error instanceof TransportFailure) return error;
  if (signal.aborted) return new TransportFailure("aborted", "was given up before it answered", signal.reason);
  return new TransportFailure("reset", `broke the connection (${reasonOf(error)})`, error);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? "unknown reason";
}
