import { readFileSync } from "node:fs";
import { register } from "node:module";
import ts from "typescript";
import { MUTANTS, type Mutant, type MutantName } from "./mutants.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Makes this process load a file of the product with a bug in it; must run before anything else loads the file. */
export function plant(name: MutantName): void {
  const mutant = MUTANTS[name];
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(mutate(mutant), { compilerOptions });
  const data = { url: new URL(mutant.file, ROOT).href, source: outputText };
  register("./hooks.mjs", { parentURL: import.meta.url, data });
}

/**
 * A file of the product with a bug in it.
 * @throws Error when the line to be replaced is not there once: whoever changed it has to say where the bug would be now
 */
export function mutate({ file, line, becomes }: Mutant): string {
  const parts = readFileSync(new URL(file, ROOT), "utf8").split(line);
  if (parts.length !== 2) throw new Error(`"${line}" occurs ${parts.length - 1} times in ${file}`);
  return parts.join(becomes);
}
