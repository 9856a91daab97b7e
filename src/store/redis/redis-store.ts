import { MiroirError } from "../../core/errors.ts";
import type { StateStore } from "../state-store.ts";
import { type StoreOptions, storeOver, withDefaults } from "../store-over.ts";
import type { RedisConnection, RedisTarget } from "./redis-connection.ts";
import { redisDriver, redisFailure } from "./redis-driver.ts";

/** The client libraries that a Redis store can use. */
export type RedisClientName = "ioredis" | "redis";

/** Options of {@link redisStore}. */
export interface RedisStoreOptions extends StoreOptions {
  /** @default whichever is installed, `ioredis` before `redis` */
  readonly redisClient?: RedisClientName;
}

/** Name below which all keys lie, unless the address says another. */
const DEFAULT_PREFIX = "miroir";

type Connect = (target: RedisTarget) => Promise<RedisConnection>;

/** The libraries are optional peers, so each is loaded when it is wanted. */
const CONNECT = {
  ioredis: async () => (await import("./ioredis-connection.ts")).connectByIoredis,
  redis: async () => (await import("./node-redis-connection.ts")).connectByNodeRedis,
} satisfies Record<RedisClientName, () => Promise<Connect>>;

/** A store in Redis; the address is that of the server, with `/DATABASE` and `?prefix=NAME` if need be. */
export async function redisStore(address: string, options: RedisStoreOptions = {}): Promise<StateStore> {
  const { timeoutMs } = withDefaults(options);
  const { url, prefix, shown } = parseAddress(address);
  const connect = await libraryOf(options.redisClient);
  const connection = await connect({ url, connectTimeoutMs: timeoutMs }).catch((error: unknown) => {
    throw redisFailure(error, shown);
  });
  return storeOver(redisDriver(connection, { address: shown, prefix }), options);
}

function parseAddress(address: string): { readonly url: string; readonly prefix: string; readonly shown: string } {
  if (!URL.canParse(address)) {
    throw new MiroirError("miroir_invalid_config", "The store's address begins with `redis` and is no URL.");
  }
  const url = new URL(address);
  const prefix = url.searchParams.get("prefix") || DEFAULT_PREFIX;
  url.search = "";
  const shown = new URL(url);
  [shown.username, shown.password] = ["", ""];
  return { url: url.href, prefix, shown: `${shown.href}?prefix=${encodeURIComponent(prefix)}` };
}

async function libraryOf(wanted: RedisClientName | undefined): Promise<Connect> {
  for (const name of wanted === undefined ? (["ioredis", "redis"] as const) : [wanted]) {
    try {
      return await CONNECT[name]();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    }
  }
  const names = wanted ?? "ioredis or redis";
  throw new MiroirError("miroir_invalid_config", `A Redis store needs the package ${names}. Install it.`);
}
