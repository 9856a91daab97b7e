import { defineConfig } from "tsup";

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
});
