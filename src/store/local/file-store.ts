import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { pathOf } from "../json-file.ts";
import type { StateStore } from "../state-store.ts";
import { type StoreOptions, storeOver, withDefaults } from "../store-over.ts";
import { FileData } from "./file-data.ts";
import { localDriver } from "./local-driver.ts";
import { storeFailure } from "./store-failure.ts";

/**
 * A store in a file, for all processes of one machine; not for network file systems. The file is made with the first
 * call. A process that is killed or stopped loses nothing, and blocks the others for a second at most.
 */
export async function fileStore(address: string, options: StoreOptions = {}): Promise<StateStore> {
  const { clock } = withDefaults(options);
  return storeOver(localDriver(new FileData(await truePath(address), clock), clock), options);
}

/** One path for one file, whatever links lead to it, because the drafts lie beside it. */
async function truePath(address: string): Promise<string> {
  try {
    const named = pathOf(address);
    const path = resolve(named instanceof URL ? fileURLToPath(named) : named);
    return await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)));
  } catch (error) {
    throw storeFailure(error, { path: address.slice("file:".length), outcome: "none" });
  }
}
