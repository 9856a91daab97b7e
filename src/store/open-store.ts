import { MiroirError } from "../core/errors.ts";
import type { StateStore } from "./state-store.ts";
import type { StoreOptions } from "./store-over.ts";

/** Options of {@link openStore}. */
export interface OpenStoreOptions extends StoreOptions {
  /** Bearer token of an HTTP store. @default the password in its address */
  readonly token?: string;
  /** Client library of a Redis store. @default whichever is installed, `ioredis` before `redis` */
  readonly redisClient?: "ioredis" | "redis";
}

type Opener = (address: string, options: OpenStoreOptions) => Promise<StateStore>;

/** Each backend is loaded when it is asked for. */
const OPENERS: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  ["http:", async (address, options) => (await import("./http/http-store.ts")).httpStore(address, options)],
  ["https:", async (address, options) => (await import("./http/http-store.ts")).httpStore(address, options)],
  ["memory:", async (_address, options) => (await import("./local/memory-store.ts")).memoryStore(options).open()],
  ["redis:", async (address, options) => (await import("./redis/redis-store.ts")).redisStore(address, options)],
  ["rediss:", async (address, options) => (await import("./redis/redis-store.ts")).redisStore(address, options)],
  ["file:", async (address, options) => (await import("./local/file-store.ts")).fileStore(address, options)],
]);

/**
 * The store behind an address: `file:PATH`, `redis://` or `rediss://` with `/DATABASE?prefix=NAME`, `http://` or `https://`
 * of `miroir store serve`, `memory:` for one that ends with it. A store that the caller has made is taken as it is.
 * @throws MiroirError `miroir_invalid_config` when there is no such kind of store; `miroir_store_unavailable`
 */
export async function openStore(store: string | StateStore, options: OpenStoreOptions = {}): Promise<StateStore> {
  if (typeof store !== "string") return store;
  const scheme = /^[a-z]+:/.exec(store)?.[0];
  const open = scheme === undefined ? undefined : OPENERS.get(scheme);
  if (open === undefined) throw unknownStore(scheme);
  return await open(store, options);
}

/** Does not repeat the address, which may hold a password. */
function unknownStore(scheme: string | undefined): MiroirError {
  const found = scheme === undefined ? "no kind of store" : `\`${scheme}\``;
  const known = [...OPENERS.keys()].map((each) => `\`${each}\``).join(", ");
  return new MiroirError("miroir_invalid_config", `The store's address begins with ${found}. Give one of ${known}.`);
}
