/** The layer list of docs/architecture.md: a folder imports only from those to its left. */
const layers = [
  "util",
  "core",
  "telemetry",
  "store",
  "routing",
  "cluster",
  "merge",
  "select",
  "transport",
  "execute",
  "tasks",
  "routes",
  "client",
  "jobs",
  "testing",
  "gateway",
  "cli",
];

const pure = ["routing", "merge", "select"];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...layers.map((layer, position) => ({
      name: `layer-${layer}`,
      severity: "error",
      from: { path: `^src/${layer}/` },
      to: {
        path: `^src/(${layers
          .slice(position + 1)
          .concat("__none__")
          .join("|")})/`,
      },
    })),
    {
      name: "pure-layers-do-no-io",
      severity: "error",
      from: { path: `^src/(${pure.join("|")})/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "only-transport-opens-connections",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(transport|testing|gateway|cli|store)/" },
      to: { path: "(^(http|https|net|tls|dgram|http2)$|node_modules/undici/)" },
    },
    {
      name: "only-stores-touch-files",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(store|testing|gateway|cli)/" },
      to: { path: "^(fs|fs/promises)$", dependencyTypes: ["core"] },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "no-index-inside", severity: "error", from: { path: "^src/[^/]+/" }, to: { path: "^src/index\\.ts$" } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".json"] },
  },
};
