import { readFileSync } from "node:fs";
import { register } from "node:module";
import ts from "typescript";
import { type Edit, MUTANTS, type Mutant, type MutantName } from "./mutants.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Makes this process load a file of the product with a bug in it; must run before anything else loads the file. */
export function plant(name: MutantName): void {
  const data = Object.fromEntries(editsOf(MUTANTS[name]).map((edit) => [new URL(edit.file, ROOT).href, compile(edit)]));
  register("./hooks.mjs", { parentURL: import.meta.url, data });
}

/** All that is changed for a bug. */
export function editsOf({ file, line, becomes, behind }: Mutant): Edit[] {
  return [{ file, line, becomes }, ...(behind === undefined ? [] : [behind])];
}

function compile(edit: Edit): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  return ts.transpileModule(mutate(edit), { compilerOptions }).outputText;
}

/**
 * A file of the product with a bug in it.
 * @throws Error when the line to be replaced is not there once: whoever changed it has to say where the bug would be now
 */
export function mutate({ file, line, becomes }: Edit): string {
  const parts = readFileSync(new URL(file, ROOT), "utf8").split(line);
  if (parts.length !== 2) throw new Error(`"${line}" occurs ${parts.length - 1} times in ${file}`);
  return parts.join(becomes);
}
