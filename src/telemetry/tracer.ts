import type { Meta } from "../core/meta.ts";
import type { NodeInfo } from "../core/types.ts";
import type { NamedOperation, OperationName } from "./operation-name.ts";

/** A call that begins. */
export interface OperationStart extends NamedOperation {
  /** The words searched for; only when the client was told to capture them. */
  readonly query?: string;
}

/** How a call ended. */
export interface OperationEnd {
  /** HTTP status of the answer or of the error; absent when there is none, as of a call that was given up. */
  readonly status?: number;
  /** Code of the error, or why there is none. */
  readonly error?: string;
  readonly meta?: Meta;
}

/** A request to a node that begins. */
export interface AttemptStart {
  readonly operation: OperationName;
  readonly node: Pick<NodeInfo, "id" | "url">;
}

/** How a request to a node ended: with a status, with an error, or with both. */
export interface AttemptEnd {
  /** HTTP status, when the node answered. */
  readonly status?: number;
  /** What kind of failure it was; see `errorTypeOf` for the list. */
  readonly error?: string;
}

/** The span of one request to a node. */
export interface AttemptSpan {
  /** Headers that let the node go on with the trace. */
  readonly headers?: Readonly<Record<string, string>>;
  end(end: AttemptEnd): void;
}

/** The span of one call. */
export interface OperationSpan {
  attempt(start: AttemptStart): AttemptSpan;
  end(end: OperationEnd): void;
}

/** Makes spans. It is told nothing of keys, filters and documents, and must not throw. */
export interface OperationTracer {
  begin(start: OperationStart): OperationSpan;
}
