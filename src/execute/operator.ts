import type { HttpMethod, NodeInfo } from "../core/types.ts";
import type { NodeRequest, NodeResponse, Transport } from "../transport/transport.ts";
import type { Clock } from "../util/clock.ts";
import { type Random, systemRandom } from "../util/random.ts";
import { attempt, describeAttempt, type Outcome } from "./attempt.ts";

/** A request that miroir makes for itself, with the operator's key. */
export interface OperatorCall {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query?: string;
  readonly body?: unknown;
  /** A body that is JSON text already. */
  readonly text?: string;
  /** See `NodeRequest.unchecked`. */
  readonly unchecked?: boolean;
  /** See `NodeRequest.asText`. */
  readonly asText?: boolean;
  readonly signal?: AbortSignal;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/** Settings of {@link Operator}. */
export interface OperatorOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** @default systemRandom */
  readonly random?: Random;
  /** Value of the authorization header, absent when the nodes have no master key. */
  readonly authorization: string | undefined;
  /** Further headers of every call, by lower-case name, such as what a proxy in front of the nodes asks for. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A node could not be asked, or refused; the sentence says which and why. */
export class OperatorCallFailed extends Error {
  readonly node: NodeInfo;
  readonly outcome: Outcome;
  /** The sentence without the node. */
  readonly reason: string;

  constructor(node: NodeInfo, outcome: Outcome, reason: string) {
    super(`node \`${node.id}\` (${node.url}) ${reason}`);
    this.name = "OperatorCallFailed";
    this.node = node;
    this.outcome = outcome;
    this.reason = reason;
  }

  /** Status of the node's answer, undefined when there was none. */
  get status(): number | undefined {
    return "response" in this.outcome ? this.outcome.response.status : undefined;
  }
}

/** miroir's own calls to single nodes: marker, registry, settings, tasks. */
export class Operator {
  readonly #options: OperatorOptions;
  /** Whether the key turned out to be good for searches alone: then nothing but the state index is read, and nothing written. */
  isSearchOnly = false;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Names what miroir itself writes down. */
  get random(): Random {
    return this.#options.random ?? systemRandom;
  }

  /** Value of the authorization header of miroir's own calls. */
  get authorization(): string | undefined {
    return this.#options.authorization;
  }

  /** What miroir's own calls say of who asks. */
  get credentials(): Pick<NodeRequest, "authorization" | "headers"> {
    const { authorization, headers } = this.#options;
    return {
      ...(authorization === undefined ? {} : { authorization }),
      ...(headers === undefined ? {} : { headers }),
    };
  }

  /** The answer, whatever its status below 500; @throws {@link OperatorCallFailed} when there is none. */
  async ask(node: NodeInfo, call: OperatorCall): Promise<NodeResponse> {
    const { transport, clock } = this.#options;
    const request = {
      node,
      method: call.method,
      path: call.path,
      ...(call.query === undefined ? {} : { query: call.query }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.text === undefined ? {} : { body: call.text }),
      ...this.credentials,
      unchecked: call.unchecked === true,
      asText: call.asText === true,
    };
    const context = {
      transport,
      clock,
      signal: call.signal ?? new AbortController().signal,
      timeoutMs: call.timeoutMs ?? 5000,
    };
    const outcome = await attempt(request, context);
    if (outcome.kind === "answered") return outcome.response;
    const { reason } = describeAttempt(request, outcome);
    throw new OperatorCallFailed(node, outcome, reason);
  }

  /** As {@link ask}, for calls that must answer 2xx. */
  async demand<T>(node: NodeInfo, call: OperatorCall): Promise<T> {
    const response = await this.ask(node, call);
    if (response.status < 300) return response.body as T;
    const message = (response.body as { message?: string } | undefined)?.message ?? "no message";
    throw new OperatorCallFailed(
      node,
      { kind: "answered", response },
      `refused ${call.method} ${call.path} with ${response.status}: ${message}`,
    );
  }

  /** Waits until a node's task is terminal and answers it. */
  async waitForTask(node: NodeInfo, taskUid: number, signal?: AbortSignal): Promise<NodeTask> {
    const call = { method: "GET", path: `tasks/${taskUid}`, unchecked: true, ...(signal && { signal }) } as const;
    for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 200)) {
      const task = await this.demand<NodeTask>(node, call);
      if (task.status !== "enqueued" && task.status !== "processing") return task;
      await this.clock.sleep(pauseMs, signal);
    }
  }
}

/** The fields of a node's task that miroir reads. */
export interface NodeTask {
  readonly uid: number;
  readonly status: "enqueued" | "processing" | "succeeded" | "failed" | "canceled";
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly customMetadata?: string;
}
