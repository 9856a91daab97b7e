import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import type { Topology } from "../../cluster/topology.ts";
import { CommandFailed, EXIT } from "../exit-code.ts";

/** @throws CommandFailed `refused` when there is a file of this name */
export function refuseExisting(path: string): void {
  if (existsSync(path)) {
    throw new CommandFailed(EXIT.refused, `${path} exists. Give --force to replace it, or another name with --out.`);
  }
}

/** Writes a topology as a file that is there whole or not at all. */
export async function writeTopologyFile(path: string, topology: Topology): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, topologyText(topology), { flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CommandFailed(
      EXIT.failed,
      `${path} could not be written (${whyOf(error)}). Give the name of a file in a folder that exists and is yours with --out.`,
    );
  }
}

/** The system's code: its message would name the draft, which nobody asked for. */
function whyOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

/** JSON with one line for each shard. */
function topologyText({ groups, ...topology }: Topology): string {
  const rows = (table: Topology["groups"][number]["table"]) => table.map((row) => `        ${JSON.stringify(row)}`);
  const texts = groups.map(
    ({ name, table }) =>
      `    {\n      "name": ${JSON.stringify(name)},\n      "table": [\n${rows(table).join(",\n")}\n      ]\n    }`,
  );
  const head = JSON.stringify(topology, null, 2).slice(0, -2);
  return `${head},\n  "groups": [\n${texts.join(",\n")}\n  ]\n}\n`;
}
