import { z } from "zod";
import { MiroirError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/types.ts";
import type { CommitResult, StoreChange, StoreEntry, StoreStatus } from "../state-store.ts";
import type { CommitRequest, HintListener, StoreDriver } from "../store-driver.ts";
import { type StoreOutcome, StoreUnavailable } from "../store-unavailable.ts";
import { type RedisConnection, RedisLost, RedisRefusal } from "./redis-connection.ts";
import { APPEND, COMMIT, GET, LEASE, LIST, READ, RENEW, STATUS, TRIM } from "./scripts.ts";

/** Which data of a Redis server are the store's. */
export interface RedisDriverOptions {
  /** For messages, without credentials. */
  readonly address: string;
  readonly prefix: string;
}

/** Hints name the keys of a commit up to this many, and mean any key beyond. */
const MOST_HINTED_KEYS = 50;

const replySchema = z.array(z.string().nullable());
const hintSchema = z.array(z.string()).nullable();

/** Errors after which Redis has not begun the script: it is busy, starting, full, or not the master. */
const NOT_BEGUN = /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|OOM|READONLY|TRYAGAIN)\b/;

/** Errors that no retry mends: who we are, and what lies under the prefix. */
const WRONG_ADDRESS = /^(NOAUTH|NOPERM|WRONGPASS|WRONGTYPE)\b/;

/** What an error of the connection means to the caller of the store. */
export function redisFailure(error: unknown, address: string): unknown {
  if (error instanceof RedisLost) {
    const outcome = error.isSent ? "unknown" : "none";
    return new StoreUnavailable(`The store ${address} cannot be reached: ${error.message}.`, {
      outcome,
      reason: error,
    });
  }
  if (!(error instanceof RedisRefusal)) return error;
  const message = `The store ${address} refused: ${error.message}`;
  if (WRONG_ADDRESS.test(error.message)) return new MiroirError("miroir_invalid_config", message, { reason: error });
  const outcome: StoreOutcome = NOT_BEGUN.test(error.message) ? "none" : "unknown";
  return new StoreUnavailable(message, { outcome, reason: error });
}

/** A store in Redis: hashes and sorted sets below one prefix, changed by Lua scripts only. Needs Redis 6.2 or Valkey. */
export function redisDriver(connection: RedisConnection, { address, prefix }: RedisDriverOptions): StoreDriver {
  const base = `{${prefix}}`;
  const keys = ["meta", "entries", "keys", "ends", "leases", "lease-ends"].map((name) => `${base}:${name}`);
  const channel = `${base}:hints`;
  let shown = 0;
  const run = async (script: string, args: readonly (string | number)[], log = ""): Promise<(string | null)[]> => {
    const texts = [crypto.randomUUID(), shown, ...args].map(String);
    try {
      return replySchema.parse(await connection.evaluate(script, [...keys, `${base}:log:${log}`], texts));
    } catch (error) {
      throw redisFailure(error, address);
    }
  };
  return {
    address,
    async get(key) {
      const [revision, value] = await run(GET, [key]);
      return entryOf(key, revision, value);
    },
    async list(prefix) {
      const rows = inGroups(await run(LIST, [prefix]), 3);
      const entries = rows.flatMap(([key, revision, value]) => entryOf(key ?? "", revision, value) ?? []);
      // Redis has them in the order of bytes.
      return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    commit: async (request) => toCommitResult(await run(COMMIT, commitArguments(request, channel)), request),
    async lease({ name, holder, ttlMs }) {
      const [token, expiresAt] = await run(LEASE, [name, holder, ttlMs]);
      if (token === undefined) return undefined;
      return { name, holder, ttlMs, token: Number(token), expiresAt: Number(expiresAt) };
    },
    async renew(lease) {
      const [expiresAt] = await run(RENEW, [lease.name, lease.token, lease.holder, lease.ttlMs]);
      return expiresAt === undefined ? undefined : { ...lease, expiresAt: Number(expiresAt) };
    },
    release: async ({ name, token, holder }) => void (await run(RENEW, [name, token, holder, 0])),
    append: async (log, entry) => Number((await run(APPEND, [log, JSON.stringify(entry)], log))[0]),
    async read({ log, after, limit }) {
      const rows = inGroups(await run(READ, [after, limit], log), 2);
      return rows.map(([offset, entry]) => ({ offset: Number(offset), entry: JSON.parse(entry ?? "") as JsonValue }));
    },
    trim: async (log, through) => void (await run(TRIM, [through + 1], log)),
    async status(): Promise<StoreStatus> {
      const [incarnation, revision, time] = await run(STATUS, []);
      shown = Math.max(shown, Number(time));
      return { time: shown, incarnation: incarnation ?? "", revision: Number(revision) };
    },
    listen: (onHint: HintListener) =>
      connection.subscribe(channel, (message) => onHint(hintSchema.parse(JSON.parse(message)) ?? undefined)),
    close: async () => connection.close(),
  };
}

function entryOf(key: string, revision?: string | null, value?: string | null): StoreEntry | undefined {
  if (revision == null || value == null) return undefined;
  return { key, value: JSON.parse(value) as JsonValue, revision: Number(revision) };
}

function commitArguments({ changes, fence }: CommitRequest, channel: string): (string | number)[] {
  const { name, token, holder } = fence ?? { name: "", token: 0, holder: "" };
  const hint = JSON.stringify(changes.length > MOST_HINTED_KEYS ? null : changes.map(({ key }) => key));
  return [name, token, holder, channel, hint, ...changes.flatMap(changeArguments)];
}

function changeArguments({ key, value, expected, ttlMs = 0 }: StoreChange): (string | number)[] {
  const revision = expected === undefined ? "" : (expected ?? "-");
  return [key, revision, value === null ? "-" : ttlMs, JSON.stringify(value)];
}

function toCommitResult(
  [outcome, ...rest]: readonly (string | null)[],
  { fence }: Pick<CommitRequest, "fence">,
): CommitResult {
  if (outcome === "ok") return { ok: true, revision: Number(rest[0]) };
  if (outcome === "fenced") return { ok: false, reason: "fenced", key: fence?.name ?? "", current: undefined };
  const [key, revision, value] = rest;
  return { ok: false, reason: "changed", key: key ?? "", current: entryOf(key ?? "", revision, value) };
}

function inGroups(texts: readonly (string | null)[], size: number): (string | null)[][] {
  return Array.from({ length: texts.length / size }, (_, index) => texts.slice(index * size, (index + 1) * size));
}
