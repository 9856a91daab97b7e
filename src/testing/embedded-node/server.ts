import { randomUUID } from "node:crypto";
import type { EmbeddedNode, EmbeddedNodeOptions } from "./embedded-node.ts";
import { Faults } from "./faults.ts";
import { HeldClock } from "./held-clock.ts";
import { handleRequest } from "./http/handle-request.ts";
import type { EmbeddedRequest, EmbeddedResponse } from "./http/message.ts";
import { Router } from "./http/router.ts";
import { Journal } from "./journal.ts";
import { type Listener, listen } from "./listener.ts";
import { type NodeSettings, NodeState } from "./node-state.ts";
import { replayJournal } from "./replay-journal.ts";
import { ALL_ROUTES } from "./routes/all-routes.ts";

const DEFAULT_PAYLOAD_LIMIT = 104_857_600;
const ROUTER = new Router(ALL_ROUTES);

/** Starts a Meilisearch-compatible server in this process; resolves once it listens. */
export async function createEmbeddedNode(options: EmbeddedNodeOptions = {}): Promise<EmbeddedNode> {
  const node = new ListeningNode(options);
  await node.restart();
  return node;
}

class ListeningNode implements EmbeddedNode {
  readonly faults = new Faults();
  readonly #options: EmbeddedNodeOptions;
  readonly #host: string;
  readonly #clock: HeldClock;
  readonly #journal: Journal | undefined;
  #state: NodeState;
  #listener: Listener | undefined;
  #port: number;

  constructor(options: EmbeddedNodeOptions) {
    this.#options = options;
    this.#clock = new HeldClock(options.now ?? Date.now);
    this.#host = options.host ?? "127.0.0.1";
    this.#port = options.port ?? 0;
    this.#journal = options.dataFile === undefined ? undefined : new Journal(options.dataFile);
    this.#state = this.#openState();
  }

  get url(): string {
    return `http://${this.#host}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get masterKey(): string | undefined {
    return this.#options.masterKey;
  }

  handle(request: EmbeddedRequest): EmbeddedResponse {
    return this.#clock.hold(() => {
      const response = handleRequest(this.#state, ROUTER, request);
      if (this.#journal !== undefined && response.status < 300 && isWrite(request)) {
        const body = new TextDecoder().decode(request.body);
        this.#journal.append({ kind: "request", at: this.#clock.now(), request: { ...request, body } });
      }
      return response;
    });
  }

  async crash({ keepData }: { readonly keepData: boolean }): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#state.tasks.stop();
    if (!keepData) {
      this.#journal?.clear();
      this.#state = this.#openState();
    }
    await listener?.destroy();
  }

  async restart(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#listener = await listen({
      host: this.#host,
      port: this.#port,
      faults: this.faults,
      handle: (request) => this.handle(request),
    });
    this.#port = this.#listener.port;
    this.#state.tasks.start();
  }

  async close(): Promise<void> {
    await this.crash({ keepData: true });
  }

  /** The data of the journal if there is one, else an empty node; its tasks stand still until `restart`. */
  #openState(): NodeState {
    const { masterKey, payloadLimitBytes = DEFAULT_PAYLOAD_LIMIT, taskDelayMs = 0 } = this.#options;
    const uidSeed = randomUUID();
    const delayMs = typeof taskDelayMs === "number" ? () => taskDelayMs : taskDelayMs;
    const settings: NodeSettings = { masterKey, payloadLimitBytes, taskDelayMs: delayMs, clock: this.#clock, uidSeed };
    const journal = this.#journal;
    const kept = journal === undefined ? undefined : replayJournal(journal, settings, ROUTER);
    const state = kept ?? this.#clock.hold(() => this.#newState(settings));
    state.tasks.stop();
    state.tasks.onFinished(({ uid, startedAt }) => {
      journal?.append({ kind: "task", at: this.#clock.now(), uid, startedAt: startedAt ?? this.#clock.now() });
    });
    return state;
  }

  #newState(settings: NodeSettings): NodeState {
    this.#journal?.append({ kind: "start", at: this.#clock.now(), seed: settings.uidSeed });
    return new NodeState(settings);
  }
}

function isWrite({ method, path }: EmbeddedRequest): boolean {
  return method !== "GET" && method !== "OPTIONS" && ROUTER.match(method, path)?.route?.isRead !== true;
}
