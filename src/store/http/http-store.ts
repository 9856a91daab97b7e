import { MiroirError } from "../../core/errors.ts";
import type { StateStore } from "../state-store.ts";
import { type StoreOptions, storeOver, withDefaults } from "../store-over.ts";
import { httpDriver } from "./http-driver.ts";

/** Options of {@link httpStore}. */
export interface HttpStoreOptions extends StoreOptions {
  /** Bearer token of the server. @default the password in the address */
  readonly token?: string;
}

/** A store that `miroir store serve` serves at an address; nothing is asked before the first call. */
export async function httpStore(address: string, options: HttpStoreOptions = {}): Promise<StateStore> {
  if (!URL.canParse(address)) {
    throw new MiroirError("miroir_invalid_config", "The store's address begins with `http` and is no URL.");
  }
  const { clock, timeoutMs, pollMs } = withDefaults(options);
  const url = new URL(address);
  const token = options.token ?? (url.password === "" ? undefined : decodeURIComponent(url.password));
  [url.username, url.password, url.search, url.hash] = ["", "", "", ""];
  const shown = url.href.replace(/\/+$/, "");
  return storeOver(httpDriver({ address: shown, token, clock, connectTimeoutMs: timeoutMs, pollMs }), options);
}
