import type { EmbeddedRequest } from "./http/message.ts";

/** What goes wrong with requests; members can be combined. */
export interface Fault {
  /** Wait before the request is handled. */
  readonly latencyMs?: number;
  /** Answer this status instead of handling the request; 503 has the body of an overloaded server. */
  readonly status?: number;
  /** Code and words of the error that `status` has in its body. @default words of the embedded node's own */
  readonly error?: { readonly code: string; readonly message: string };
  /** Seconds in the `retry-after` header of `status`. */
  readonly retryAfter?: number;
  /** Handle the request, then close the connection without an answer. */
  readonly dropAnswerAfterWrite?: boolean;
  /** Take the request and never answer. */
  readonly hang?: boolean;
  /** Close the connection in the middle of the answer's body. */
  readonly cutBody?: boolean;
  /** Answer one byte at a time, with a wait of so many milliseconds after each. */
  readonly trickleMs?: number;
  /** Answer an HTML page with status 200 (or `status`), as a proxy in between would. */
  readonly html?: boolean;
  /** Close the connection without handling the request. */
  readonly refuse?: boolean;
  /** Only these requests; all when absent. */
  readonly match?: (request: EmbeddedRequest) => boolean;
  /** Only so many requests; all when absent. */
  readonly times?: number;
}

/** The faults of one node; the newest one that matches a request applies. */
export class Faults {
  #active: { readonly fault: Fault; left: number }[] = [];

  /** Adds a fault to those in force. */
  set(fault: Fault): void {
    this.#active.unshift({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** Ends all faults. */
  clear(): void {
    this.#active = [];
  }

  /** The fault of a request, which uses up one of its times. */
  take(request: EmbeddedRequest): Fault | undefined {
    const entry = this.#active.find(({ fault, left }) => left > 0 && (fault.match?.(request) ?? true));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}
