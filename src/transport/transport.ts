import type { HttpMethod, NodeInfo } from "../core/types.ts";

/** One HTTP request to one node, ready to be sent. */
export interface NodeRequest {
  readonly node: NodeInfo;
  readonly method: HttpMethod;
  /** Path below the node's base address without leading slash: `indexes/movies/search`. */
  readonly path: string;
  /** Query string without the question mark. */
  readonly query?: string;
  /** The body as text; absent = no body. */
  readonly body?: string;
  /** Media type of the body, JSON unless told. */
  readonly contentType?: string;
  /** Value of the authorization header, absent = none. */
  readonly authorization?: string;
  /** Further headers, lower-cased names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Leaves the body of a good answer as text, for copies that must keep every digit. */
  readonly asText?: boolean;
  /** Takes miroir's own fields out of the answer before it is parsed; for answers that are shown and not copied. */
  readonly cutsReserved?: boolean;
  /** Asked when the answer is there: whether nobody waits for it any more, so that it need not be parsed. */
  readonly isUnwanted?: () => boolean;
  /** Skips the check of the node's marker on a new connection; only for reading and creating the marker itself. */
  readonly unchecked?: boolean;
}

/** A node's whole answer. `body` is the parsed JSON, `undefined` when the answer was empty. */
export interface NodeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Why a request got no usable answer.
 * - `unreachable`: no connection, so the node never saw it
 * - `identity`: a connection, but to a node that is not the one expected, so it was not sent
 * - `reset`: sent, and the connection broke before the answer was complete
 * - `aborted`: its signal fired; the node may have seen it
 * - `bad-answer`: the answer was no Meilisearch JSON
 */
export type TransportFailureKind = "unreachable" | "identity" | "reset" | "aborted" | "bad-answer";

/** Thrown by `Transport.send`; `sent` is false only when the node cannot have seen the request. */
export class TransportFailure extends Error {
  readonly kind: TransportFailureKind;

  constructor(kind: TransportFailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "TransportFailure";
    this.kind = kind;
  }

  get sent(): boolean {
    return this.kind !== "unreachable" && this.kind !== "identity";
  }
}

/** Sends requests to nodes; the one seam to the network. */
export interface Transport {
  /** Resolves with any complete answer, whatever its status; throws a {@link TransportFailure} otherwise. */
  send(request: NodeRequest, signal: AbortSignal): Promise<NodeResponse>;
  /** Ends every connection; requests under way fail as `aborted`. */
  close(): Promise<void>;
}
