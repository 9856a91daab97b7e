import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { cacheDirectory } from "../cache-directory.ts";
import { type EagerImports, eagerImports } from "./eager-imports.ts";

/** The package as it is published, without its types. */
export interface BuiltPackage extends AsyncDisposable {
  /** File that `import "miroir"` loads. */
  readonly entry: string;
  readonly directory: string;
  readonly eager: EagerImports;
}

/** Builds the package by its own configuration into a directory that is removed afterwards. */
export async function buildPackage({ minify }: { readonly minify: boolean }): Promise<BuiltPackage> {
  const directory = await cacheDirectory("package-");
  await build({
    config: fileURLToPath(new URL("../../tsup.config.ts", import.meta.url)),
    ...{ outDir: directory.path, dts: false, metafile: true, silent: true, minify },
  });
  const metafile: unknown = JSON.parse(await readFile(join(directory.path, "metafile-esm.json"), "utf8"));
  return {
    entry: join(directory.path, "index.js"),
    directory: directory.path,
    eager: eagerImports(metafile as Parameters<typeof eagerImports>[0], "src/index.ts"),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
