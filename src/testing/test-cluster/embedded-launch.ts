import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LaunchPlan } from "./process-nodes.ts";

/** Runs an embedded node as a child of this Node.js, with its journal in the directory. */
export const embeddedLaunch: LaunchPlan = ({ directory, port, masterKey }) => ({
  command: process.execPath,
  args: [
    ...entryArguments(),
    ...["--port", String(port)],
    ...["--master-key", masterKey],
    ...["--data", join(directory, "journal.ndjson")],
  ],
  environment: {},
  directory,
});

/** In the source tree the entry is TypeScript and needs a loader; in the package it lies beside this module's bundle. */
function entryArguments(): string[] {
  if (!import.meta.url.endsWith(".ts")) return [fileURLToPath(new URL("./embedded-node.js", import.meta.url))];
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return ["--import", loader, fileURLToPath(new URL("../embedded-node/main.ts", import.meta.url))];
}
