import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs a module's text in a new Node.js in a directory, and answers the number that it prints last.
 * @param flags of Node.js itself
 */
export async function numberFrom(text: string, directory: string, flags: readonly string[] = []): Promise<number> {
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "-e", text], { cwd: directory });
  return Number(stdout.trim().split("\n").at(-1));
}

/** A text for {@link numberFrom}: milliseconds that importing all of these takes. */
export function importing(specifiers: readonly string[]): string {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`).join("");
  return `const startedAt = performance.now(); ${imports} console.log(performance.now() - startedAt);`;
}
