import type { NodeInfo } from "../../src/core/types.ts";
import {
  type NodeRequest,
  type NodeResponse,
  type Transport,
  TransportFailure,
  type TransportFailureKind,
} from "../../src/transport/transport.ts";

/** How a node in memory reacts: an answer, a failure of the network, or silence. */
export type Reaction = NodeResponse | TransportFailure | "hang";

/** Decides how a node reacts to a request. */
export type Script = (request: NodeRequest) => Reaction | Promise<Reaction>;

/** Nodes in memory; remembers what was sent, and how many requests wait for an answer. */
export class MemoryTransport implements Transport {
  readonly sent: NodeRequest[] = [];
  isClosed = false;
  inFlight = 0;
  script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  async send(request: NodeRequest, signal: AbortSignal): Promise<NodeResponse> {
    if (signal.aborted) throw new TransportFailure("aborted", "was given up before it answered", signal.reason);
    this.sent.push(request);
    this.inFlight += 1;
    try {
      const reaction = await untilAborted(Promise.resolve(this.script(request)), signal);
      if (reaction instanceof TransportFailure) throw reaction;
      return reaction;
    } finally {
      this.inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** The nodes asked, in order. */
  get asked(): string[] {
    return this.sent.map(({ node }) => node.id);
  }
}

function untilAborted(reaction: Promise<Reaction>, signal: AbortSignal): Promise<NodeResponse | TransportFailure> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new TransportFailure("aborted", "was given up before it answered", signal.reason));
    signal.addEventListener("abort", giveUp, { once: true });
    reaction.then((value) => {
      if (value !== "hang") resolve(value);
    }, reject);
  });
}

/** An answer with a JSON body. */
export function answer(
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): NodeResponse {
  return { status, headers, body };
}

/** A failure of the network. */
export function failure(kind: TransportFailureKind): TransportFailure {
  return new TransportFailure(kind, `failed as ${kind}`);
}

/** An error answer in the server's shape. */
export function refusal(status: number, code: string, message = `refused with ${code}`): NodeResponse {
  return answer(status, { message, code, type: "invalid_request", link: "" });
}

/** A node called `id`. */
export function memoryNode(id: string, group = "default"): NodeInfo {
  return { id, url: `http://${id}.test:7700`, group, weight: 1 };
}
