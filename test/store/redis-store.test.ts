import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisStore } from "../../src/store/redis/redis-store.ts";
import type { StateStore } from "../../src/store/state-store.ts";
import type { StoreBackend } from "../../src/testing/store-conformance/store-case.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { conforms } from "./conforms.ts";
import { sharedByProcesses } from "./process-cases.ts";

if (!hasRedis) {
  process.stderr.write(
    "SKIPPED: the store in Redis, because there is no `redis-server` (apt-get install redis-server)\n",
  );
}

describe.skipIf(!hasRedis)("the store in Redis", () => {
  let redis: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const newPrefix = () => {
    prefixes += 1;
    return `test ${prefixes} é`;
  };

  async function startBackend(redisClient: "ioredis" | "redis"): Promise<StoreBackend> {
    const prefix = newPrefix();
    const proxy = await startTcpProxy(redis.port);
    const opened: StateStore[] = [];
    return {
      async open() {
        const address = `redis://127.0.0.1:${proxy.port}/0?prefix=${encodeURIComponent(prefix)}`;
        const store = await redisStore(address, { redisClient, timeoutMs: 3000 });
        opened.push(store);
        return store;
      },
      // What the store's clock is ahead of the machine's, moved by hand, is a machine's clock that moves.
      moveClock: async (ms) => void (await redis.command("HINCRBY", `{${prefix}}:meta`, "offset", String(ms))),
      restart: () => redis.restart(),
      backup: () => redis.backup(),
      restore: () => redis.restore(),
      cutNetwork: async () => proxy.cut(),
      muteNetwork: async () => proxy.mute(),
      healNetwork: async () => proxy.heal(),
      async dispose() {
        await Promise.all(opened.map((store) => store.close()));
        await proxy.close();
      },
    };
  }

  describe.each(["ioredis", "redis"] as const)("by the library %s", (redisClient) => {
    conforms({
      abilities: ["moveClock", "restart", "backup", "restore", "cutNetwork", "muteNetwork", "healNetwork"],
      start: () => startBackend(redisClient),
    });

    it("says at once that nobody listens at its address, without the password", async () => {
      const opening = redisStore("redis://me:secret@127.0.0.1:1/0", { redisClient });
      const error = await opening.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "miroir_store_unavailable", outcome: "none" });
      expect(String(error)).not.toContain("secret");
    });

    it("takes a refused password for a wrong configuration", async () => {
      await redis.command("CONFIG", "SET", "requirepass", "right");
      try {
        const opening = redisStore(`redis://:wrong@127.0.0.1:${redis.port}`, { redisClient });
        await expect(opening).rejects.toMatchObject({ code: "miroir_invalid_config" });
      } finally {
        await redis.restart();
      }
    });

    it("loses nothing of it when Redis is full, and says that nothing was written", async () => {
      const store = await redisStore(`redis://127.0.0.1:${redis.port}?prefix=full-${redisClient}`, { redisClient });
      await store.put("key", 1);
      await redis.command("CONFIG", "SET", "maxmemory", "1");
      const refused = store.put("key", 2);
      await expect(refused).rejects.toMatchObject({ code: "miroir_store_unavailable", outcome: "none" });
      await redis.command("CONFIG", "SET", "maxmemory", "0");
      expect((await store.get("key"))?.value).toBe(1);
      await store.close();
    });
  });

  it("keeps stores of other prefixes apart", async () => {
    const [one, other] = [await openPrefixed("one"), await openPrefixed("other")];
    await one.put("key", 1);
    expect(await other.get("key")).toBeUndefined();
    expect((await other.status()).incarnation).not.toBe((await one.status()).incarnation);
    await Promise.all([one.close(), other.close()]);
  });

  const openPrefixed = (prefix: string) => redisStore(`redis://127.0.0.1:${redis.port}?prefix=${prefix}`);

  sharedByProcesses(async () => `redis://127.0.0.1:${redis.port}/1?prefix=${encodeURIComponent(newPrefix())}`);
});
