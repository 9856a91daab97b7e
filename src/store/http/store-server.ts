import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorBody, MiroirError } from "../../core/errors.ts";
import { systemClock } from "../../util/clock.ts";
import { StoreUnavailable } from "../store-unavailable.ts";
import type { ServedStoreHandle, ServeStoreOptions } from "./served-store-handle.ts";
import { StoreChanges } from "./store-changes.ts";
import { BadStoreRequest, type ServedStore, STORE_ROUTES, type StoreAnswer } from "./store-routes.ts";

/** What is wrong with a request, with the status that says so. */
class RefusedRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Listens, and answers the requests of HTTP stores; see `serveStore()`. */
export async function startStoreServer(options: ServeStoreOptions): Promise<ServedStoreHandle> {
  const { store, port = 0, host = "127.0.0.1", token, maxBodyBytes = 2 ** 24, graceMs = 5000 } = options;
  const changes = new StoreChanges(store);
  const closing = new AbortController();
  const isAllowed = tokenCheck(token);
  const server = createServer({ requestTimeout: 30_000 }, (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    const answering = answer({ store, changes }, { incoming, isAllowed, maxBodyBytes, signal });
    answering.then((response) => write(outgoing, response)).catch(() => outgoing.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: urlOf(server, host),
    async close() {
      closing.abort(new StoreUnavailable("The store's server is closing.", { outcome: "unknown" }));
      changes.close();
      await closeServer(server, graceMs);
    },
  };
}

interface Call {
  readonly incoming: IncomingMessage;
  readonly isAllowed: (authorization: string | undefined) => boolean;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

async function answer(served: ServedStore, call: Call): Promise<StoreAnswer> {
  try {
    const { incoming, isAllowed, signal } = call;
    if (!isAllowed(incoming.headers.authorization))
      throw new RefusedRequest(401, "The bearer token is not this store's.");
    const target = incoming.url ?? "/";
    const [path = "", query = ""] = target.split("?", 2);
    const route = STORE_ROUTES.get(`${incoming.method} ${path}`);
    if (route === undefined) throw new RefusedRequest(404, "A store has no such route.");
    const body = parseBody(await readBody(incoming, call.maxBodyBytes));
    return await route(served, { params: new URLSearchParams(query), headers: incoming.headers, body, signal });
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): StoreAnswer {
  if (error instanceof StoreUnavailable) {
    return { status: 503, body: { ...errorBody(error.code, error.message, 503), outcome: error.outcome } };
  }
  if (error instanceof MiroirError) return { status: 500, body: errorBody(error.code, error.message, 500) };
  if (error instanceof RefusedRequest) return badRequest(error.status, error.message);
  if (error instanceof BadStoreRequest || error instanceof RangeError || error instanceof SyntaxError) {
    return badRequest(400, error.message);
  }
  return { status: 500, body: errorBody("miroir_store_unavailable", "The store failed.", 500) };
}

function badRequest(status: number, message: string): StoreAnswer {
  return { status, body: errorBody("miroir_invalid_config", message, status) };
}

/** Compares in a time that tells nothing of how much is right. */
function tokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (authorization = "") => timingSafeEqual(digest(authorization), expected);
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, bytes] = ["", 0];
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RefusedRequest(413, `The body is larger than ${maxBytes} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseBody(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text);
}

function write(outgoing: ServerResponse, { status = 200, etag, body }: StoreAnswer): void {
  outgoing.statusCode = status;
  if (etag !== undefined) outgoing.setHeader("etag", etag);
  outgoing.setHeader("cache-control", "no-store");
  // What was not read of a refused body must not be taken for the next request.
  if (status === 413) outgoing.setHeader("connection", "close");
  if (body === undefined) return void outgoing.end();
  outgoing.setHeader("content-type", "application/json");
  outgoing.end(JSON.stringify(body));
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const stop = systemClock.after(graceMs, () => server.closeAllConnections());
  await closed;
  stop();
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
