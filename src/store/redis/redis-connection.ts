/** The little that the store needs of a Redis client; one adapter for each client library. */
export interface RedisConnection {
  /**
   * Runs a Lua script. Rejects with {@link RedisRefusal} when Redis answered with an error, with {@link RedisLost} when it
   * was not asked or its answer did not come. Never sends a script twice.
   */
  evaluate(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Listens to a channel as soon and as long as there is a connection; answers how to stop. */
  subscribe(channel: string, listener: (message: string) => void): () => void;
  close(): void;
}

/** Where a Redis store is, and how to get there. */
export interface RedisTarget {
  /** Address with credentials and database, without the store's own parameters. */
  readonly url: string;
  readonly connectTimeoutMs: number;
}

/** Redis answered with an error. */
export class RedisRefusal extends Error {
  override readonly name = "RedisRefusal";
}

/** Redis could not be asked, or its answer was lost. */
export class RedisLost extends Error {
  override readonly name = "RedisLost";
  /** True when the script may have been sent. */
  readonly isSent: boolean;

  constructor(isSent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isSent = isSent;
  }
}

/** Milliseconds until the next try to connect: soon at first, once a second in a long outage. */
export function reconnectDelayMs(retries: number): number {
  return Math.min(1000, 20 * 2 ** Math.min(retries, 6));
}
