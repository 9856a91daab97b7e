import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Below node_modules, so that the packages that stay outside a bundle are found. */
const CACHE = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));

/** A directory for built files, removed with its contents. */
export async function cacheDirectory(prefix: string): Promise<AsyncDisposable & { readonly path: string }> {
  await mkdir(CACHE, { recursive: true });
  const path = await mkdtemp(join(CACHE, `miroir-bench-${prefix}`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
