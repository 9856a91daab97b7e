import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Faults } from "./faults.ts";
import { answerWithFault } from "./faulty-answer.ts";
import type { EmbeddedRequest, EmbeddedResponse } from "./http/message.ts";
import { writeResponse } from "./http/write-response.ts";

/** Where a listener takes its answers from. */
export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly faults: Faults;
  readonly handle: (request: EmbeddedRequest) => EmbeddedResponse;
}

/** An open port that answers HTTP. */
export interface Listener {
  readonly port: number;
  /** Cuts every connection and closes the port. */
  destroy(): Promise<void>;
}

/** Opens a port. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  let isOpen = true;
  /** Requests that were held up when the port was closed are never handled. */
  const handle = (request: EmbeddedRequest): EmbeddedResponse => {
    if (!isOpen) throw new Error("the node is down");
    return options.handle(request);
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    answer(incoming, outgoing, { ...options, handle }).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    destroy: () => {
      isOpen = false;
      return destroy(server);
    },
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, options: ListenerOptions): Promise<void> {
  const request = await readRequest(incoming);
  const fault = options.faults.take(request);
  if (fault !== undefined) await answerWithFault({ fault, request, outgoing, handle: options.handle });
  else writeResponse(outgoing, options.handle(request));
}

async function readRequest(incoming: IncomingMessage): Promise<EmbeddedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? "/";
  const mark = target.indexOf("?");
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: incoming.method ?? "GET",
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? "" : target.slice(mark + 1),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

function destroy(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
