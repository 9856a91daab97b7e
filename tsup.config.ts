import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

const source = fileURLToPath(new URL("src", import.meta.url));
const main = join(source, "index.ts");

/**
 * Has whatever else is loaded by itself load the main entry as well. esbuild makes one file of the modules that the same
 * entries and `import()`s reach: without this the main entry is nine of them, and each costs an application half a
 * millisecond at its start.
 */
const oneMainChunk: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "one-main-chunk",
  async setup(build) {
    const entries = Object.values<string>(build.initialOptions.entryPoints as Record<string, string>);
    const alone = new Set([...entries.map((path) => resolve(path)), ...(await loadedLater())]);
    alone.delete(main);
    build.onResolve({ filter: /(^|\/)src\/index\.ts$/ }, () => ({ path: main, sideEffects: true }));
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!alone.has(path)) return undefined;
      return { contents: `${await readFile(path, "utf8")}\nimport ${JSON.stringify(main)};`, loader: "ts" };
    });
  },
};

/** Files under src that others load by `import()`. */
async function loadedLater(): Promise<string[]> {
  const files = (await readdir(source, { recursive: true })).filter((path) => path.endsWith(".ts"));
  const found = files.map(async (file) => {
    const text = await readFile(join(source, file), "utf8");
    const specifiers = text.matchAll(/(?<!typeof )import\("(\.[^"]+)"\)/g);
    return Array.from(specifiers, ([, specifier = ""]) => resolve(source, file, "..", specifier));
  });
  return (await Promise.all(found)).flat();
}

export default defineConfig({
  entry: {
    index: "src/index.ts",
    jobs: "src/jobs/index.ts",
    telemetry: "src/telemetry/index.ts",
    testing: "src/testing/index.ts",
    "embedded-node": "src/testing/embedded-node/main.ts",
    cli: "src/cli/main.ts",
  },
  format: "esm",
  target: "node20",
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  esbuildPlugins: [oneMainChunk],
});
