import { parseTopology, type Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";

/**
 * Reads the topology behind a `file:` address, relative to the working directory.
 * @throws MiroirError `miroir_invalid_config` when the file cannot be read or does not hold a topology
 */
export async function readTopologyFile(address: string): Promise<Topology> {
  const path = address.startsWith("file://") ? new URL(address) : address.slice("file:".length);
  const { readFile } = await import("node:fs/promises");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MiroirError("miroir_invalid_config", `\`topology\` is \`${address}\`, which cannot be read: ${why}`, {
      reason: error,
    });
  }
  return parseTopology(value);
}
