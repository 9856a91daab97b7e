import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Scenarios that touch most of the official client; they run on the oldest version that works as well. */
const DROP_IN = ["indexes", "documents-write", "documents-read", "search", "tasks", "aborting"];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // Most tests wait for servers, leases and processes, and not for a core.
    maxWorkers: Math.max(3, 2 * availableParallelism()),
    projects: [
      {
        extends: true,
        test: {
          name: "current",
          globalSetup: ["test/support/build-cli.ts"],
          include: ["test/**/*.test.ts"],
          exclude: ["test/live/**"],
          typecheck: { enabled: true, include: ["test/types/**/*.test-d.ts"] },
        },
      },
      {
        extends: true,
        resolve: { alias: { meilisearch: "meilisearch-oldest" } },
        test: { name: "oldest client", include: DROP_IN.map((name) => `test/cluster/${name}.test.ts`) },
      },
    ],
  },
});
