import type { EmbeddedRequest, EmbeddedResponse } from "../../../src/testing/embedded-node/http/message.ts";
import { type NodeRequest, TransportFailure } from "../../../src/transport/transport.ts";
import { INDEX } from "../workload/corpus.ts";
import { isWrite } from "./is-write.ts";
import type { Fate } from "./network.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { Caller, Wire } from "./wire.ts";

/** A request that is sent. */
export interface Sending {
  readonly request: NodeRequest;
  readonly target: SimulatedNode;
  /** The target's incarnation when the sender's connection was made; absent when somebody in between hands the request over. */
  readonly incarnation: number | undefined;
  /** Fires when the sender gives up. */
  readonly signal: AbortSignal;
}

/** Pause until a packet that did not get through is sent again, in milliseconds. */
const RESEND_MS = 400;

/** How long an answer is sent again, in milliseconds. */
const LONGEST_RESENDING_MS = 60_000;

const PROXY_ERROR: EmbeddedResponse = { status: 502, headers: {}, body: "" };

/** A request on its way to a node, and the answer on its way back. */
export class Trip {
  readonly #wire: Wire;
  readonly #caller: Caller;
  readonly #sending: Sending;
  readonly #sentAtMs: number;
  #resolve: (response: EmbeddedResponse) => void = () => undefined;
  #reject: (failure: TransportFailure) => void = () => undefined;

  constructor(wire: Wire, caller: Caller, sending: Sending) {
    this.#wire = wire;
    this.#caller = caller;
    this.#sending = sending;
    this.#sentAtMs = wire.timeline.nowMs;
  }

  /** The answer; rejects when the connection breaks, and never settles when it is silent. */
  make(): Promise<EmbeddedResponse> {
    const { network, history } = this.#wire;
    const { target, request } = this.#sending;
    const fate = network.fateOf(target.id);
    if (fate !== "answered")
      history.noteFault(fate, `${this.#caller.name} > ${target.id} ${request.method} ${request.path}`);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#travel(fate);
    });
  }

  #travel(fate: Fate): void {
    const { chance, latestLandingMs } = this.#wire;
    const { incarnation } = this.#sending;
    const breakOff = () => this.#breakOff();
    const answer = (response: EmbeddedResponse) => this.#carryBack(response);
    const courses: Readonly<Record<Fate, () => void>> = {
      answered: () => {
        this.#carry({ incarnation, done: (response) => (response === undefined ? breakOff() : answer(response)) });
      },
      "lost request": breakOff,
      "lost answer": () => this.#carry({ incarnation, done: breakOff }),
      late: () => {
        breakOff();
        this.#wire.onLate(this.#sending.request, this.#caller);
        const delayMs = chance.between(0.1, 0.99) * latestLandingMs;
        this.#carry({ incarnation: undefined, delayMs, done: () => undefined });
      },
      overloaded: () => answer(refusal(503, "too_many_search_requests", { "retry-after": "1" })),
      throttled: () => answer(refusal(429, "too_many_open_files", {})),
      "proxy before": () => answer(PROXY_ERROR),
      "proxy after": () => this.#carry({ incarnation, done: () => answer(PROXY_ERROR) }),
    };
    courses[fate]();
  }

  /** Hands the request over; one that does not get through is sent again until it is too late. */
  #carry(leg: Leg): void {
    const { timeline, network, latestLandingMs } = this.#wire;
    const { target } = this.#sending;
    timeline.after((leg.delayMs ?? 0) + network.travelMs(this.#caller.name, target.id), () => {
      // Whoever gave up closed the connection: what is on its way may still arrive, for a while.
      const isLate = this.#sending.signal.aborted && timeline.nowMs - this.#sentAtMs > latestLandingMs;
      if (isLate) leg.done(undefined);
      else if (network.isBlocked(this.#caller.name, target.id, "requests")) this.#carry({ ...leg, delayMs: RESEND_MS });
      else leg.done(this.#land(leg.incarnation));
    });
  }

  /** What the node makes of it; `undefined` when it is down, or goes down over it. */
  #land(incarnation: number | undefined): EmbeddedResponse | undefined {
    const { history } = this.#wire;
    const { target, request } = this.#sending;
    const isBroken = incarnation !== undefined && incarnation !== target.incarnation;
    if (!target.isUp || isBroken) return undefined;
    this.#wire.onLanding(request, this.#caller);
    if (!isWrite(request)) return target.handle(toEmbedded(request));
    if (target.crashAtWrite === "before") return this.#crash();
    const response = target.handle(toEmbedded(request));
    history.note(`${this.#caller.name} > ${target.id} ${describe(request)} ${response.status} ${taskOf(response)}`);
    return target.crashAtWrite === "after" ? this.#crash() : response;
  }

  #crash(): undefined {
    const { target } = this.#sending;
    this.#wire.history.noteFault("crash at a write", `${target.id} ${target.crashAtWrite} it was accepted`);
    target.crashAtWrite = undefined;
    target.crash();
  }

  #carryBack(response: EmbeddedResponse): void {
    const { timeline, network } = this.#wire;
    const { id } = this.#sending.target;
    timeline.after(network.travelMs(this.#caller.name, id), () => {
      if (!network.isBlocked(this.#caller.name, id, "answers")) this.#caller.wake(() => this.#resolve(response));
      else if (timeline.nowMs - this.#sentAtMs < LONGEST_RESENDING_MS) {
        timeline.after(RESEND_MS, () => this.#carryBack(response));
      }
    });
  }

  #breakOff(): void {
    const { timeline, network } = this.#wire;
    const failure = new TransportFailure("reset", "broke the connection");
    timeline.after(network.travelMs(this.#caller.name, this.#sending.target.id), () =>
      this.#caller.wake(() => this.#reject(failure)),
    );
  }
}

/** Whether a request changes documents of users. */
export function isDocumentWrite(request: NodeRequest): boolean {
  return isWrite(request) && request.path.startsWith(`indexes/${INDEX}/documents`);
}

/** One try to hand a request over. */
interface Leg {
  readonly incarnation: number | undefined;
  readonly delayMs?: number;
  readonly done: (response: EmbeddedResponse | undefined) => void;
}

function refusal(status: number, code: string, headers: Readonly<Record<string, string>>): EmbeddedResponse {
  return { status, headers, body: JSON.stringify({ message: "try again", code, type: "system", link: "" }) };
}

const encoder = new TextEncoder();

function toEmbedded({ method, path, query, body, contentType, headers, authorization }: NodeRequest): EmbeddedRequest {
  return {
    ...{ method, path: `/${path}`, query: query ?? "" },
    headers: {
      ...headers,
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: encoder.encode(body ?? ""),
  };
}

function taskOf({ body, status }: EmbeddedResponse): string {
  return status === 202 ? `task ${(JSON.parse(body) as { taskUid: number }).taskUid}` : "";
}

/** Characters of a request that are shown. */
const SHOWN = 4000;

/** A write in a few words, without what miroir adds to documents. */
function describe({ method, path, body = "" }: NodeRequest): string {
  const text = body.replace(/"?_miroir_\w+"?:(\[[^\]]*\]|"[^"]*"),?/g, "");
  return `${method} ${path} ${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}`;
}
