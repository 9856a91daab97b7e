import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { eventually } from "./eventually.ts";

/** A Redis server of the test's own. */
export interface RedisServer {
  readonly port: number;
  /** Runs a command as an administrator would. */
  command(...args: string[]): Promise<unknown>;
  /** Kills the server and starts it again with what is on its disk, as soon as it was away for long enough. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Stops the process where it is: connections stay open and nothing answers. */
  pause(): Promise<void>;
  /** Lets a paused process go on. */
  resume(): Promise<void>;
  /** Writes the present data aside. */
  backup(): Promise<void>;
  /** Kills the server and starts it with the data written aside. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = "redis-server";

/** Whether there is a `redis-server` to start. */
export const hasRedis = spawnSync(PROGRAM, ["--version"]).status === 0;

/** Starts `redis-server` on a free port, with a folder of its own, every write on disk before it is answered. */
export async function startRedis(): Promise<RedisServer> {
  const [port, dir] = [await freePort(), await mkdtemp(join(tmpdir(), "miroir-redis-"))];
  const [dump, copy] = [join(dir, "dump.rdb"), join(dir, "copy.rdb")];
  let server = await start(port, dir, "yes");
  const again = async (appendOnly: "yes" | "no", meanwhile: () => Promise<void> = async () => {}) => {
    await kill(server);
    await meanwhile();
    server = await start(port, dir, appendOnly);
  };
  const command = (...args: string[]) => ask(port, args);
  return {
    port,
    command,
    restart: (meanwhile) => again("yes", meanwhile),
    async pause() {
      server.kill("SIGSTOP");
    },
    async resume() {
      server.kill("SIGCONT");
      await eventually(() => ask(port, ["PING"]), 20_000);
    },
    async backup() {
      await command("SAVE");
      await copyFile(dump, copy);
    },
    restore: () =>
      again("no", async () => {
        await rm(join(dir, "appendonlydir"), { recursive: true, force: true });
        await copyFile(copy, dump);
      }),
    async stop() {
      await kill(server);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function start(port: number, dir: string, appendOnly: "yes" | "no"): Promise<ChildProcess> {
  const settings = ["--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", appendOnly];
  const server = spawn(PROGRAM, ["--port", String(port), ...settings, "--appendfsync", "always"], {
    stdio: "ignore",
  });
  await eventually(() => ask(port, ["PING"]), 20_000);
  return server;
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, "exit");
  server.kill("SIGKILL");
  await exit;
}

async function ask(port: number, args: string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
