import type { z } from "zod";
import type { CommitResult, DeleteOptions, StateStore } from "../state-store.ts";
import type { StoreChanges } from "./store-changes.ts";
import { BODY, statusTag } from "./wire.ts";

/** A request to a store. */
interface StoreRequest {
  readonly params: URLSearchParams;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** A parsed JSON value; undefined without a body. */
  readonly body: unknown;
  /** Fires when the client is gone, or the server closes. */
  readonly signal: AbortSignal;
}

/** What a store answers. */
export interface StoreAnswer {
  readonly status?: number;
  readonly etag?: string;
  readonly body?: unknown;
}

/** What the routes are served from. */
export interface ServedStore {
  readonly store: StateStore;
  readonly changes: StoreChanges;
}

type Route = (served: ServedStore, request: StoreRequest) => Promise<StoreAnswer>;

/** A request that makes no sense; the sentence says why. */
export class BadStoreRequest extends Error {
  override readonly name = "BadStoreRequest";
}

/** What a store serves, by method and path. Keys and names are parameters, because proxies change odd paths. */
export const STORE_ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /v1/status", getStatus],
  ["GET /v1/entry", getEntry],
  ["PUT /v1/entry", putEntry],
  ["DELETE /v1/entry", deleteEntry],
  [
    "GET /v1/entries",
    async ({ store }, { params, signal }) => ({
      body: { entries: await store.list(params.get("prefix") ?? "", { signal }) },
    }),
  ],
  [
    "POST /v1/commit",
    async ({ store }, { body, signal }) => {
      const { changes, fence } = parse(BODY.commit, body);
      return commitAnswer(await store.commit(changes, { signal, ...(fence !== undefined && { fence }) }));
    },
  ],
  [
    "POST /v1/lease",
    async ({ store }, { body, signal }) => {
      const { name, ...wanted } = parse(BODY.lease, body);
      return { body: { lease: (await store.lease(name, { ...wanted, signal })) ?? null } };
    },
  ],
  [
    "POST /v1/lease/renew",
    async ({ store }, { body, signal }) => ({
      body: { lease: (await store.renew(parse(BODY.held, body).lease, { signal })) ?? null },
    }),
  ],
  [
    "POST /v1/lease/release",
    async ({ store }, { body, signal }) => {
      await store.release(parse(BODY.held, body).lease, { signal });
      return { body: { done: true } };
    },
  ],
  [
    "POST /v1/log",
    async ({ store }, { params, body, signal }) => ({
      body: { offset: await store.append(named(params, "name"), parse(BODY.value, body), { signal }) },
    }),
  ],
  [
    "GET /v1/log",
    async ({ store }, { params, signal }) => {
      const [after, limit] = [numbered(params, "after"), numbered(params, "limit")];
      const options = { signal, ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
      return { body: { entries: await store.read(named(params, "name"), options) } };
    },
  ],
  [
    "DELETE /v1/log",
    async ({ store }, { params, signal }) => {
      await store.trim(named(params, "name"), numbered(params, "through") ?? 0, { signal });
      return { body: { done: true } };
    },
  ],
]);

/** With `wait` (milliseconds) and `If-None-Match`, answers as soon as the store is another, or 304 after that time. */
async function getStatus(
  { store, changes }: ServedStore,
  { params, headers, signal }: StoreRequest,
): Promise<StoreAnswer> {
  const seen = headers["if-none-match"];
  const wait = seen === undefined ? undefined : changes.wait(numbered(params, "wait") ?? 0, signal);
  for (;;) {
    const status = await store.status({ signal });
    const etag = statusTag(status);
    if (etag !== seen) return { etag, body: status };
    if (wait === undefined || !(await wait.next())) return { status: 304, etag };
  }
}

async function getEntry({ store }: ServedStore, { params, signal }: StoreRequest): Promise<StoreAnswer> {
  const entry = await store.get(named(params, "key"), { signal });
  if (entry === undefined) return { status: 404, body: { entry: null } };
  return { etag: `"${entry.revision}"`, body: { entry } };
}

async function putEntry({ store }: ServedStore, { params, headers, body, signal }: StoreRequest): Promise<StoreAnswer> {
  const ttlMs = numbered(params, "ttlMs");
  const options = { ...expectation(headers), signal, ...(ttlMs !== undefined && { ttlMs }) };
  return commitAnswer(await store.put(named(params, "key"), parse(BODY.value, body), options));
}

async function deleteEntry({ store }: ServedStore, { params, headers, signal }: StoreRequest): Promise<StoreAnswer> {
  return commitAnswer(await store.delete(named(params, "key"), { ...expectation(headers), signal }));
}

/** `If-Match: "7"` expects revision 7, `If-None-Match: *` expects nothing. */
function expectation(headers: StoreRequest["headers"]): Pick<DeleteOptions, "expected"> {
  if (headers["if-none-match"] === "*") return { expected: null };
  const match = headers["if-match"];
  if (match === undefined) return {};
  const revision = /^"(\d+)"$/.exec(String(match))?.[1];
  if (revision === undefined) throw new BadStoreRequest("`If-Match` is no revision in quotes.");
  return { expected: Number(revision) };
}

function commitAnswer(result: CommitResult): StoreAnswer {
  if (result.ok) return { etag: `"${result.revision}"`, body: result };
  return { status: 412, body: { ...result, current: result.current ?? null } };
}

function named(params: URLSearchParams, name: string): string {
  const value = params.get(name);
  if (value === null) throw new BadStoreRequest(`The parameter \`${name}\` is missing.`);
  return value;
}

function numbered(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value !== null && !/^\d{1,15}$/.test(value)) throw new BadStoreRequest(`The parameter \`${name}\` is no number.`);
  return value === null ? undefined : Number(value);
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new BadStoreRequest("The body is not what this route takes.");
  return parsed.data;
}
