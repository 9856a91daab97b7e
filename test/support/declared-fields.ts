import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Names of the fields of an exported object type, read from a package's type declarations. */
export function fieldsOfType(packageName: string, typeName: string): string[] {
  const entry = fileURLToPath(new URL(`../../node_modules/${packageName}/dist/index.d.ts`, import.meta.url));
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const file = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const exported = file === undefined ? [] : checker.getExportsOfModule(file);
  const symbol = exported.find(({ name }) => name === typeName);
  if (symbol === undefined) throw new Error(`${packageName} exports no type ${typeName}`);
  return checker
    .getDeclaredTypeOfSymbol(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
    .getProperties()
    .map(({ name }) => name);
}
