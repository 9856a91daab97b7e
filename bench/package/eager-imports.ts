import { isBuiltin } from "node:module";

/** What esbuild writes about a build, as far as it is needed. */
interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly entryPoint?: string;
        readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
      }
    >
  >;
}

/** What loading a module loads at once; `import()` inside functions is left out. */
export interface EagerImports {
  /** Files of the build, the entry first, as the metafile names them. */
  readonly files: readonly string[];
  /** Packages outside the build, without those of Node.js. */
  readonly packages: readonly string[];
}

/**
 * Follows the static imports of a build from one entry.
 * @throws Error when the build has no such entry
 */
export function eagerImports({ outputs }: Metafile, entryPoint: string): EagerImports {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entryPoint);
  if (entry === undefined) throw new Error(`the build has no entry \`${entryPoint}\``);
  const files = new Set([entry]);
  const packages = new Set<string>();
  // Files that are found meanwhile are visited as well.
  for (const file of files) {
    for (const { path, kind, external = false } of outputs[file]?.imports ?? []) {
      if (kind !== "import-statement") continue;
      if (!external) files.add(path);
      else if (!isBuiltin(path)) packages.add(path);
    }
  }
  return { files: [...files], packages: [...packages].sort() };
}
