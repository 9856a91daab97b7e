import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Options } from "tsup";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import tsupConfig from "../../../tsup.config.ts";

/** Most that `import "miroir"` may bring along of miroir's own code, in bytes, gzipped. */
const CORE_LIMIT_BYTES = 25_000;

/** All that `import "miroir"` may load of other packages, and of Node. */
const LIGHT_IMPORTS = ["diagnostics_channel", "eventemitter3", "events", "meilisearch"];

const metafileSchema = z.object({
  outputs: z.record(
    z.string(),
    z.object({ imports: z.array(z.object({ path: z.string(), kind: z.string(), external: z.optional(z.boolean()) })) }),
  ),
});

interface Loaded {
  /** Packages and modules of Node. */
  readonly externals: readonly string[];
  /** Miroir's own chunks, gzipped. */
  readonly gzippedBytes: number;
}

/** Builds an entry as the package is built, minified, and follows what importing it loads: no `import()`. */
async function loadedBy(source: string): Promise<Loaded> {
  const outDir = mkdtempSync(join(tmpdir(), "miroir-weight-"));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  const settings: Options = { ...(tsupConfig as Options), config: false, entry: { entry: source }, outDir };
  await build({ ...settings, dts: false, clean: false, minify: true, metafile: true, silent: true });
  const { outputs } = metafileSchema.parse(JSON.parse(readFileSync(join(outDir, "metafile-esm.json"), "utf8")));
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [path.split("/").at(-1), output]));
  const chunks = new Set(["entry.js"]);
  const externals = new Set<string>();
  for (const chunk of chunks) {
    const output = byName.get(chunk);
    if (output === undefined) throw new Error(`the build has no chunk \`${chunk}\``);
    for (const { path, kind, external } of output.imports) {
      if (kind !== "import-statement") continue;
      if (external === true) externals.add(path);
      else chunks.add(path.split("/").at(-1) ?? path);
    }
  }
  const sizes = [...chunks].map((chunk) => gzipSync(readFileSync(join(outDir, chunk))).length);
  return { externals: [...externals].sort(), gzippedBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

describe("importing miroir", () => {
  it("loads the official client, an event emitter and little of its own; the rest comes with the first call", async () => {
    const { externals, gzippedBytes } = await loadedBy("src/index.ts");
    expect(externals).toEqual(LIGHT_IMPORTS);
    expect(gzippedBytes).toBeGreaterThan(1000);
    expect(gzippedBytes).toBeLessThanOrEqual(CORE_LIMIT_BYTES);
  });

  it("would be seen to load schemas and connections, as the machinery behind a call does", async () => {
    const { externals, gzippedBytes } = await loadedBy("src/client/session.ts");
    expect(externals).toEqual(expect.arrayContaining(["undici", "xxhash-wasm", "zod"]));
    expect(gzippedBytes).toBeGreaterThan(CORE_LIMIT_BYTES);
  });
});
