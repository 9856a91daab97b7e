import { MiroirError } from "../core/errors.ts";
import type { JsonValue } from "../core/types.ts";
import { untilAborted } from "../util/abort.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { StateStore } from "./state-store.ts";
import { checkChanges, checkLease, checkName, checkUnicode, checkWhole } from "./store-arguments.ts";
import type { StoreDriver } from "./store-driver.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { StoreWatches } from "./store-watches.ts";

/** What every backend can be told. */
export interface StoreOptions {
  /** @default the machine's own */
  readonly clock?: Clock;
  /** Longest time of one call, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Time between two looks for changes that no hint told of, in milliseconds, while something is watched. @default 1000 */
  readonly pollMs?: number;
}

const DEFAULTS = { clock: systemClock, timeoutMs: 5000, pollMs: 1000 } satisfies Required<StoreOptions>;

/** The options of a store with all that was left out. */
export function withDefaults(options: StoreOptions): Required<StoreOptions> {
  return { ...DEFAULTS, ...options };
}

/** A whole store over the little that a backend knows. */
export function storeOver(driver: StoreDriver, options: StoreOptions = {}): StateStore {
  const settings = withDefaults(options);
  const calls = limitedCalls(driver.address, settings);
  const watches = new StoreWatches(driver, settings);
  const commit: StateStore["commit"] = async (changes, { fence, signal } = {}) => {
    checkChanges(changes);
    if (fence !== undefined) checkLease(fence);
    return await calls.change("commit", (limit) => driver.commit({ changes, fence }, limit), { signal });
  };
  return {
    address: driver.address,
    ...readsOf(driver, calls),
    ...leasesOf(driver, calls),
    ...logsOf(driver, calls),
    commit,
    put: (key, value, { expected, ttlMs, ...rest } = {}) =>
      commit(
        [{ key, value, ...(expected !== undefined && { expected }), ...(ttlMs !== undefined && { ttlMs }) }],
        rest,
      ),
    delete: (key, { expected, ...rest } = {}) =>
      commit([{ key, value: null, ...(expected !== undefined && { expected }) }], rest),
    watch: (prefix, listener) => watches.add(prefix, listener),
    async close() {
      if (calls.end()) return;
      watches.close();
      await driver.close();
    },
  };
}

function readsOf(driver: StoreDriver, { read }: LimitedCalls): Pick<StateStore, "get" | "list" | "status"> {
  return {
    async get(key, options) {
      checkName("key", key);
      return await read("get", (limit) => driver.get(key, limit), options);
    },
    async list(prefix, options) {
      checkUnicode("prefix", prefix);
      return await read("list", (limit) => driver.list(prefix, limit), options);
    },
    status: (options) => read("status", (limit) => driver.status(limit), options),
  };
}

function leasesOf(driver: StoreDriver, { change }: LimitedCalls): Pick<StateStore, "lease" | "renew" | "release"> {
  return {
    async lease(name, { holder, ttlMs, signal }) {
      checkName("lease", name);
      checkName("holder", holder);
      checkWhole("`ttlMs`", ttlMs, 1);
      return await change("lease", (limit) => driver.lease({ name, holder, ttlMs }, limit), { signal });
    },
    async renew(lease, options) {
      checkLease(lease);
      return await change("renew", (limit) => driver.renew(lease, limit), options);
    },
    async release(lease, options) {
      checkLease(lease);
      await change("release", (limit) => driver.release(lease, limit), options);
    },
  };
}

function logsOf(driver: StoreDriver, { read, change }: LimitedCalls): Pick<StateStore, "append" | "read" | "trim"> {
  return {
    async append(log, entry: JsonValue, options) {
      checkName("log", log);
      return await change("append", (limit) => driver.append(log, entry, limit), options);
    },
    async read(log, { after = 0, limit = 1000, signal } = {}) {
      checkName("log", log);
      checkWhole("`after`", after, 0);
      checkWhole("`limit`", limit, 1);
      return await read("read", (aborted) => driver.read({ log, after, limit }, aborted), { signal });
    },
    async trim(log, through, options) {
      checkName("log", log);
      checkWhole("`through`", through, 0);
      await change("trim", (limit) => driver.trim(log, through, limit), options);
    },
  };
}

type Work<T> = (signal: AbortSignal) => Promise<T>;

interface MaybeSignal {
  readonly signal?: AbortSignal | undefined;
}

interface LimitedCalls {
  read<T>(name: keyof StateStore, work: Work<T>, options?: MaybeSignal): Promise<T>;
  change<T>(name: keyof StateStore, work: Work<T>, options?: MaybeSignal): Promise<T>;
  /** Refuses all calls from now on; true when it did so before. */
  end(): boolean;
}

/** Runs calls until they end, their caller's signal fires, their time is over or the store is closed. */
function limitedCalls(address: string, { clock, timeoutMs }: Required<StoreOptions>): LimitedCalls {
  const closing = new AbortController();
  const run = async <T>(work: Work<T>, late: StoreUnavailable, signal: AbortSignal | undefined): Promise<T> => {
    const lateness = new AbortController();
    const stop = clock.after(timeoutMs, () => lateness.abort(late));
    const limit = AbortSignal.any([closing.signal, lateness.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      limit.throwIfAborted();
      return await untilAborted(work(limit), limit);
    } finally {
      stop();
    }
  };
  const lateness = (name: string, outcome: "none" | "unknown") =>
    new StoreUnavailable(`The store ${address} did not answer \`${name}\` within ${timeoutMs} ms.`, { outcome });
  return {
    read: (name, work, options) => run(work, lateness(name, "none"), options?.signal),
    change: (name, work, options) => run(work, lateness(name, "unknown"), options?.signal),
    end() {
      const ended = closing.signal.aborted;
      closing.abort(new MiroirError("miroir_closed", `The store ${address} was closed.`));
      return ended;
    },
  };
}
