import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { DiscardedWrites } from "./discarded-writes.ts";
import type { Fault, Traffic } from "./fault.ts";

const SEARCH_PATH = /\/(search|multi-search)(\?|$)/;

const OVERLOADED = JSON.stringify({
  message: "Too many search requests running at the same time: 8. Retry after 10s.",
  code: "too_many_search_requests",
  type: "system",
  link: "https://docs.meilisearch.com/errors#too_many_search_requests",
});

/** A port in front of a server that behaves as a broken server or network does, and counts what passes. */
export class FaultProxy {
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  readonly #discarded = new DiscardedWrites();
  readonly #server: Server;
  #port = 0;
  #fault: Fault = { kind: "none" };
  #flaps: NodeJS.Timeout | undefined;
  #searches = 0;
  #others = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((asked, answer) => void this.#serve(asked, answer));
    this.#server.keepAliveTimeout = 0;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Opens a free port in front of the server at an address. */
  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What passed since the last call. */
  takeTraffic(): Traffic {
    const traffic = { searches: this.#searches, others: this.#others };
    this.#searches = 0;
    this.#others = 0;
    return traffic;
  }

  /** Replaces what is wrong; requests that a blackhole holds are lost. */
  async become(fault: Fault): Promise<void> {
    clearInterval(this.#flaps);
    if (this.#fault.kind === "blackhole") this.#drop();
    this.#fault = fault;
    if (fault.kind !== "flapping") return this.#listen();
    await this.#refuse();
    this.#flaps = setInterval(() => void (this.#server.listening ? this.#refuse() : this.#listen()), fault.ms);
  }

  async close(): Promise<void> {
    clearInterval(this.#flaps);
    await this.#refuse();
    this.#agent.destroy();
  }

  async #listen(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#drop();
    await closed;
  }

  #drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const isSearch = SEARCH_PATH.test(asked.url ?? "");
    if (isSearch) this.#searches += 1;
    else this.#others += 1;
    const fault = this.#fault;
    if (fault.kind === "blackhole") return void asked.resume();
    if (fault.kind === "overloaded" && isSearch) {
      asked.resume();
      answer.writeHead(503, { "content-type": "application/json", "retry-after": String(fault.retryAfterSeconds) });
      return void answer.end(OVERLOADED);
    }
    if (fault.kind === "discarding" && (await this.#discarded.serve(asked, answer))) return;
    if (fault.kind === "delay") await pause(fault.ms);
    this.#forward(asked, answer);
  }

  #forward(asked: IncomingMessage, answer: ServerResponse): void {
    const { hostname, port } = this.#target;
    const { method, url: path, headers } = asked;
    const onward = request(
      { agent: this.#agent, hostname, port, path, headers, ...(method && { method }) },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.on("error", () => asked.socket.destroy());
        answered.pipe(answer);
      },
    );
    // A server that is gone looks gone, and not like a proxy in front of it.
    onward.on("error", () => asked.socket.destroy());
    answer.on("close", () => {
      if (!answer.writableFinished) onward.destroy();
    });
    asked.pipe(onward);
  }
}
