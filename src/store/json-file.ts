/** The path behind a `file:` address, relative to the working directory. */
export function pathOf(address: string): string | URL {
  return address.startsWith("file://") ? new URL(address) : address.slice("file:".length);
}

/**
 * Reads the JSON value behind a `file:` address, relative to the working directory.
 * @throws Error of the file system, or `SyntaxError`
 */
export async function readJsonFile(address: string): Promise<unknown> {
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(pathOf(address), "utf8"));
}
