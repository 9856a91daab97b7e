import { defineConfig } from "vitest/config";

/** Real servers are shared by all scenarios and slower than embedded nodes: one at a time, told of as it ends, with more patience. */
export default defineConfig({
  test: {
    include: ["test/live/**/*.test.ts"],
    fileParallelism: false,
    reporters: ["verbose"],
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
