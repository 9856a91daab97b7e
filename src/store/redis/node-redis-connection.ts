import { createClient, ErrorReply } from "redis";
import {
  type RedisConnection,
  RedisLost,
  RedisRefusal,
  type RedisTarget,
  reconnectDelayMs,
} from "./redis-connection.ts";

/** Connects by the library `redis`. */
export async function connectByNodeRedis({ url, connectTimeoutMs }: RedisTarget): Promise<RedisConnection> {
  let isWanted = false;
  const client = createClient({
    url,
    // A script that waits in a queue would land after its caller gave up.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      // The first connection is tried once, so that a wrong address shows at once.
      reconnectStrategy: (retries) => (isWanted ? reconnectDelayMs(retries) : false),
    },
  });
  let lastError: unknown;
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    isWanted = true;
  } catch (error) {
    throw toRedisError(error, false);
  }
  return {
    async evaluate(script, keys, args) {
      if (!client.isReady) throw new RedisLost(false, lastError ?? "the connection is not ready");
      try {
        return await client.eval(script, { keys: [...keys], arguments: [...args] });
      } catch (error) {
        throw toRedisError(error, true);
      }
    },
    subscribe(channel, listener) {
      const subscriber = client.duplicate({ disableOfflineQueue: false });
      subscriber.on("error", ignore);
      const subscribe = () => subscriber.subscribe(channel, (message) => listener(message));
      subscriber.connect().then(subscribe).catch(ignore);
      return () => subscriber.destroy();
    },
    close: () => client.destroy(),
  };
}

/** A subscriber connects again by itself; what is missed meanwhile is found by polling. */
function ignore(): void {}

function toRedisError(error: unknown, isSent: boolean): Error {
  return error instanceof ErrorReply ? new RedisRefusal(error.message, { cause: error }) : new RedisLost(isSent, error);
}
