import { Pool } from "undici";
import type { z } from "zod";
import { MiroirError } from "../../core/errors.ts";
import type { Clock } from "../../util/clock.ts";
import type { HintListener, StoreDriver } from "../store-driver.ts";
import { type StoreOutcome, StoreUnavailable } from "../store-unavailable.ts";
import { ANSWER, statusTag } from "./wire.ts";

/** Time that one request waits for a change, in milliseconds. */
const WAIT_MS = 20_000;

/** Where a store is served, and how to get there. */
export interface HttpDriverOptions {
  /** Without credentials and slash at its end. */
  readonly address: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  /** Longest time to connect, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Pause after a failed wait for changes, in milliseconds. */
  readonly pollMs: number;
}

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly etag?: string;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Statuses whose bodies are answers: done, nothing there, not as expected. */
const ANSWERS: ReadonlySet<number> = new Set([200, 404, 412]);

/** A store behind `miroir store serve`. */
export function httpDriver(options: HttpDriverOptions): StoreDriver {
  const { address } = options;
  const base = new URL(address);
  const pool = new Pool(base.origin, {
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const send = (call: Call, signal: AbortSignal) => exchange({ pool, base, token: options.token }, call, signal);
  const ask = async <T>(schema: z.ZodType<T>, call: Call, signal: AbortSignal): Promise<T> => {
    const outcome = call.method === "GET" ? "none" : "unknown";
    const reply = await send(call, signal).catch((error: unknown) => {
      throw unreachable(error, { address, outcome, signal });
    });
    return parseReply(schema, reply, { address, outcome });
  };
  const post = <T>(schema: z.ZodType<T>, path: string, body: unknown, signal: AbortSignal) =>
    ask(schema, { method: "POST", path, body }, signal);
  return {
    address,
    get: async (key, signal) =>
      (await ask(ANSWER.entry, { method: "GET", path: "entry", query: { key } }, signal)).entry ?? undefined,
    list: async (prefix, signal) =>
      (await ask(ANSWER.entries, { method: "GET", path: "entries", query: { prefix } }, signal)).entries,
    async commit(request, signal) {
      const result = await post(ANSWER.commit, "commit", request, signal);
      return result.ok ? result : { ...result, current: result.current ?? undefined };
    },
    lease: async (request, signal) => (await post(ANSWER.lease, "lease", request, signal)).lease ?? undefined,
    renew: async (lease, signal) => (await post(ANSWER.lease, "lease/renew", { lease }, signal)).lease ?? undefined,
    release: async (lease, signal) => void (await post(ANSWER.done, "lease/release", { lease }, signal)),
    append: async (log, entry, signal) =>
      (await ask(ANSWER.offset, { method: "POST", path: "log", query: { name: log }, body: entry }, signal)).offset,
    read: async ({ log, after, limit }, signal) =>
      (await ask(ANSWER.log, { method: "GET", path: "log", query: { name: log, after, limit } }, signal)).entries,
    trim: async (log, through, signal) =>
      void (await ask(ANSWER.done, { method: "DELETE", path: "log", query: { name: log, through } }, signal)),
    status: (signal) => ask(ANSWER.status, { method: "GET", path: "status" }, signal),
    listen: (onHint) => listenTo(send, options, onHint),
    close: () => pool.destroy(),
  };
}

interface Way {
  readonly pool: Pool;
  readonly base: URL;
  readonly token: string | undefined;
}

async function exchange({ pool, base, token }: Way, call: Call, signal: AbortSignal): Promise<Reply> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) query.set(name, String(value));
  const { statusCode, body } = await pool.request({
    method: call.method,
    path: `${base.pathname.replace(/\/$/, "")}/v1/${call.path}${query.size === 0 ? "" : `?${query}`}`,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(call.etag !== undefined && { "if-none-match": call.etag }),
      ...(call.body !== undefined && { "content-type": "application/json" }),
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal,
  });
  return { status: statusCode, text: await body.text() };
}

function parseReply<T>(
  schema: z.ZodType<T>,
  { status, text }: Reply,
  { address, outcome }: { readonly address: string; readonly outcome: StoreOutcome },
): T {
  const body = parseJson(text);
  const answer = schema.safeParse(body);
  if (ANSWERS.has(status) && answer.success) return answer.data;
  const { data: error } = ANSWER.error.safeParse(body);
  if (error?.code === "miroir_store_unavailable") {
    throw new StoreUnavailable(error.message, { outcome: error.outcome ?? outcome });
  }
  if (status < 500) {
    const why = error?.message ?? "what answers there is no store";
    throw new MiroirError("miroir_invalid_config", `The store ${address} answered ${status}: ${why}`);
  }
  throw new StoreUnavailable(`The store ${address} answered ${status}.`, { outcome });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Errors of a connection that did not come about: nothing was sent. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function unreachable(
  error: unknown,
  {
    address,
    outcome,
    signal,
  }: { readonly address: string; readonly outcome: StoreOutcome; readonly signal: AbortSignal },
): unknown {
  if (signal.aborted) return signal.reason;
  const why = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(`The store ${address} cannot be reached: ${why}.`, {
    outcome: NOT_CONNECTED.has((error as NodeJS.ErrnoException).code ?? "") ? "none" : outcome,
    reason: error,
  });
}

/** Asks again and again to be told of the next change, each time for as long as the server lets wait. */
function listenTo(
  send: (call: Call, signal: AbortSignal) => Promise<Reply>,
  { clock, pollMs }: Pick<HttpDriverOptions, "clock" | "pollMs">,
  onHint: HintListener,
): () => void {
  const stopped = new AbortController();
  const { signal } = stopped;
  const next = async (seen: string | undefined): Promise<string | undefined> => {
    const call = { method: "GET", path: "status", query: { wait: WAIT_MS } } as const;
    const { status, text } = await send(seen === undefined ? call : { ...call, etag: seen }, signal);
    if (status === 304) return seen;
    const tag = statusTag(ANSWER.status.parse(parseJson(text)));
    if (seen !== undefined && seen !== tag) onHint(undefined);
    return tag;
  };
  const listen = async () => {
    for (let seen: string | undefined; !signal.aborted; ) {
      try {
        seen = await next(seen);
      } catch {
        // What is missed while the server is away shows in the next tag.
        await clock.sleep(pollMs, signal, { background: true });
      }
    }
  };
  listen().catch(() => {
    // The listener was stopped in its sleep.
  });
  return () => stopped.abort();
}
