import { MiroirError } from "../../core/errors.ts";
import type { ServedStoreHandle, ServeStoreOptions } from "./served-store-handle.ts";

/** Serves a store over HTTP, for `http://` and `https://` addresses; encryption is left to a proxy before it. */
export async function serveStore(options: ServeStoreOptions): Promise<ServedStoreHandle> {
  const { host = "127.0.0.1", token } = options;
  if (token === undefined && !/^(127\.|::1$|localhost$)/.test(host)) {
    throw new MiroirError(
      "miroir_invalid_config",
      `A store on ${host} needs a \`token\`, because others can reach it.`,
    );
  }
  // Whoever only searches loads no server.
  const { startStoreServer } = await import("./store-server.ts");
  return await startStoreServer(options);
}
