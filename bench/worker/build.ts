import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { cacheDirectory } from "../cache-directory.ts";

/** A worker that can be forked. */
export interface BuiltWorker extends AsyncDisposable {
  readonly entry: string;
}

/** Bundles the worker as the package is bundled: a loader's traces in the code would be measured too. */
export async function buildWorker(): Promise<BuiltWorker> {
  const directory = await cacheDirectory("worker-");
  await build({
    entry: { worker: fileURLToPath(new URL("./main.ts", import.meta.url)) },
    outDir: directory.path,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    target: "node20",
    config: false,
    silent: true,
    sourcemap: true,
  });
  return {
    entry: join(directory.path, "worker.mjs"),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
