import type { Faults } from "./faults.ts";
import type { EmbeddedRequest, EmbeddedResponse } from "./http/message.ts";

/** How an embedded node is made. */
export interface EmbeddedNodeOptions {
  /** Without one, every route is open and there are no API keys. */
  readonly masterKey?: string;
  /** TCP port; 0 = any free one. @default 0 */
  readonly port?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** Largest body in bytes. @default 104857600 */
  readonly payloadLimitBytes?: number;
  /** How long a task stays in `processing`, in ms; a function is asked anew for each batch of tasks. @default 0 */
  readonly taskDelayMs?: number | (() => number);
  /** File that keeps the data: a node made with the same file comes back as it was. */
  readonly dataFile?: string;
  /** The node's clock, in ms since 1970. @default Date.now */
  readonly now?: () => number;
}

/** A Meilisearch-compatible server inside this process, listening on a loopback port. */
export interface EmbeddedNode {
  /** Base address without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The key it was made with, for clients that may do everything. */
  readonly masterKey: string | undefined;
  /** What goes wrong with requests that come over the network. */
  readonly faults: Faults;
  /** Answers a request without the network; faults do not apply. */
  handle(request: EmbeddedRequest): EmbeddedResponse;
  /** Dies at once: connections are cut, the port is closed, tasks stand still. */
  crash(options: { readonly keepData: boolean }): Promise<void>;
  /** Listens again on the same port after a crash, with its data if they were kept. */
  restart(): Promise<void>;
  /** Ends the node for good. */
  close(): Promise<void>;
}
