import { join } from "node:path";
import type { LaunchPlan } from "./process-nodes.ts";

/** Runs a real Meilisearch server on loopback, with all of its files in one directory. */
export function binaryLaunch(path: string): LaunchPlan {
  return ({ directory, port, masterKey }) => ({
    command: path,
    args: [
      ...["--http-addr", `127.0.0.1:${port}`],
      ...["--db-path", join(directory, "data.ms")],
      ...["--env", "development"],
      ...["--log-level", "WARN"],
      "--no-analytics",
    ],
    environment: { MEILI_MASTER_KEY: masterKey },
    directory,
  });
}
