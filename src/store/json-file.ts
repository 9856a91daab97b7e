/**
 * Reads the JSON value behind a `file:` address, relative to the working directory.
 * @throws Error of the file system, or `SyntaxError`
 */
export async function readJsonFile(address: string): Promise<unknown> {
  const path = address.startsWith("file://") ? new URL(address) : address.slice("file:".length);
  const { readFile } = await import("node:fs/promises");
  return JSON.parse(await readFile(path, "utf8"));
}
