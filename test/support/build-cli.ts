import { fileURLToPath } from "node:url";
import { build } from "tsup";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the command line for all tests that start it: as TypeScript every start takes a core for two seconds. */
export async function setup(): Promise<void> {
  await build({
    ...{ config: false, silent: true, format: "esm", target: "node20" },
    entry: { cli: `${ROOT}src/cli/main.ts` },
    outDir: `${ROOT}.built`,
  });
}
