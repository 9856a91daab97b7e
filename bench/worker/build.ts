import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

/** Below node_modules, so that the packages that stay outside the bundle are found. */
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));

/** A worker that can be forked. */
export interface BuiltWorker extends AsyncDisposable {
  readonly entry: string;
}

/** Bundles the worker as the package is bundled: a loader's traces in the code would be measured too. */
export async function buildWorker(): Promise<BuiltWorker> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, "miroir-bench-"));
  await build({
    entry: { worker: fileURLToPath(new URL("./main.ts", import.meta.url)) },
    outDir: directory,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    target: "node20",
    config: false,
    silent: true,
  });
  return {
    entry: join(directory, "worker.mjs"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
