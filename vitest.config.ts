import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/live/**"],
    typecheck: { include: ["test/types/**/*.test-d.ts"] },
    testTimeout: 30_000,
  },
});
