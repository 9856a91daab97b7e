import { describe, expect, it } from "vitest";
import { eagerImports } from "../../../bench/package/eager-imports.ts";

const now = (path: string) => ({ path, kind: "import-statement" });
const later = (path: string) => ({ path, kind: "dynamic-import" });

const METAFILE = {
  outputs: {
    "dist/index.js": {
      entryPoint: "src/index.ts",
      imports: [now("dist/chunk-A.js"), later("dist/chunk-B.js"), { ...now("meilisearch"), external: true }],
    },
    "dist/chunk-A.js": {
      imports: [
        now("dist/chunk-C.js"),
        { ...now("node:path"), external: true },
        { ...later("undici"), external: true },
      ],
    },
    "dist/chunk-B.js": { imports: [{ ...now("zod"), external: true }] },
    "dist/chunk-C.js": { imports: [now("dist/chunk-A.js"), { ...now("eventemitter3"), external: true }] },
  },
};

describe("eagerImports", () => {
  it("follows static imports from file to file, also in a circle, and stops at import()", () => {
    const { files } = eagerImports(METAFILE, "src/index.ts");
    expect(files).toEqual(["dist/index.js", "dist/chunk-A.js", "dist/chunk-C.js"]);
  });

  it("names the packages that are loaded at once, without those of Node.js", () => {
    expect(eagerImports(METAFILE, "src/index.ts").packages).toEqual(["eventemitter3", "meilisearch"]);
  });

  it("refuses an entry that the build does not have", () => {
    expect(() => eagerImports(METAFILE, "src/cli.ts")).toThrow("no entry `src/cli.ts`");
  });
});
