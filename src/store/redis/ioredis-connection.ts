import { Redis } from "ioredis";
import {
  type RedisConnection,
  RedisLost,
  RedisRefusal,
  type RedisTarget,
  reconnectDelayMs,
} from "./redis-connection.ts";

/** Connects by the library `ioredis`. */
export async function connectByIoredis({ url, connectTimeoutMs }: RedisTarget): Promise<RedisConnection> {
  let isWanted = false;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    // A script that waits in a queue would land after its caller gave up; one that is sent again could land twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The first connection is tried once, so that a wrong address shows at once.
    retryStrategy: (times) => (isWanted ? reconnectDelayMs(times) : null),
    // After a failover the former master answers so until the name leads to the new one.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  let lastError: unknown;
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    isWanted = true;
  } catch (error) {
    client.disconnect();
    throw toRedisError(lastError ?? error, false);
  }
  return {
    async evaluate(script, keys, args) {
      const isReady = client.status === "ready";
      if (!isReady) throw new RedisLost(false, lastError ?? `the connection is ${client.status}`);
      try {
        return await client.eval(script, keys.length, ...keys, ...args);
      } catch (error) {
        throw toRedisError(error, true);
      }
    },
    subscribe(channel, listener) {
      const subscriber = client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
      subscriber.on("error", ignore);
      subscriber.on("message", (_channel, message) => listener(message));
      subscriber.subscribe(channel).catch(ignore);
      return () => subscriber.disconnect();
    },
    close: () => client.disconnect(),
  };
}

/** A subscriber connects again by itself; what is missed meanwhile is found by polling. */
function ignore(): void {}

function toRedisError(error: unknown, isSent: boolean): Error {
  const isReply = error instanceof Error && error.name === "ReplyError";
  return isReply ? new RedisRefusal(error.message, { cause: error }) : new RedisLost(isSent, error);
}
