import { once } from "node:events";
import { Command } from "commander";
import { serveStore } from "../store/http/serve-store.ts";
import { openStore } from "../store/open-store.ts";
import type { StateStore } from "../store/state-store.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { parsePort } from "./port.ts";

interface ServeOptions {
  readonly store: string;
  readonly port: number;
  readonly host: string;
  readonly tokenEnv: string;
}

/** `miroir store`: the state that the processes of a cluster share. */
export function storeCommand(): Command {
  return new Command("store").description("the state that processes share").addCommand(serveCommand());
}

function serveCommand(): Command {
  return new Command("serve")
    .description("serve a store over HTTP until it is stopped, for addresses http://HOST:PORT")
    .requiredOption("--store <address>", "what to serve: file:PATH or redis://HOST")
    .option("--port <number>", "TCP port; 0 takes a free one", parsePort, 7701)
    .option("--host <address>", "address to listen on; others than 127.0.0.1 need a token", "127.0.0.1")
    .option("--token-env <name>", "environment variable with the token that requests must carry", "MIROIR_STORE_TOKEN")
    .action(serve);
}

async function serve({ store: address, port, host, tokenEnv }: ServeOptions): Promise<void> {
  const token = process.env[tokenEnv];
  const store = await openStore(address);
  try {
    await store.status();
    await serveUntilStopped(store, { port, host, ...(token && { token }) });
  } finally {
    await store.close();
  }
}

async function serveUntilStopped(
  store: StateStore,
  options: { readonly port: number; readonly host: string; readonly token?: string },
): Promise<void> {
  const server = await serveStore({ store, ...options }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(EXIT.failed, `The store cannot be served on ${options.host}:${options.port}: ${why}`);
  });
  const access = options.token === undefined ? "open to everyone on this machine" : "with a token";
  process.stdout.write(`store ${store.address} at ${server.url}, ${access}\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await server.close();
}
