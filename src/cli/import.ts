import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { NodeConfig } from "../cluster/cluster-config.ts";
import { type ImportCursor, type ImportFrom, importFrom, parseImportCursor, planImport } from "../jobs/index.ts";
import { systemClock } from "../util/clock.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { planLines, reportLines } from "./import/import-screen.ts";
import { interruptible } from "./interruptible.ts";
import { parseCount, parseNodeList } from "./node-list.ts";
import { refusable } from "./refusable.ts";
import { goesAhead } from "./terminal/consent.ts";
import { print } from "./terminal/print.ts";
import { progressLine } from "./terminal/progress.ts";

interface ImportFlags extends ClientFlags {
  readonly from?: readonly NodeConfig[];
  readonly fromTopology?: string;
  readonly fromKey?: string;
  readonly index?: readonly string[];
  readonly settings: boolean;
  readonly keys: boolean;
  readonly cursor: string;
  readonly documentsPerSecond?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Written while an import is under way. */
const CURSOR_FILE = "miroir-import.json";

/** `miroir import`: copies indexes of a live server or cluster into a cluster. */
export function importCommand(): Command {
  return withClientFlags(new Command("import"))
    .description("copy indexes of a live server or cluster into this one; ends with 3 when the counts differ")
    .option("--from <list>", "address of a server, or of all nodes of a cluster: url,url", parseNodeList)
    .option("--from-topology <address>", "topology file or store of a cluster to copy from")
    .option("--from-key <key>", "master key there (default: $MIROIR_FROM_KEY, or the key of this cluster)")
    .option("--index <uid...>", "indexes to copy (default: all)")
    .option("--no-settings", "leave settings as they are here")
    .option("--no-keys", "copy no API keys")
    .option("--cursor <file>", "where to keep how far it is, so that it can go on", CURSOR_FILE)
    .option("--documents-per-second <number>", "documents copied in a second, at most (default: unlimited)", parseCount)
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "go ahead without asking")
    .option("--json", "print one JSON document")
    .action(runImport);
}

async function runImport(flags: ImportFlags): Promise<void> {
  const config = await clientConfig(flags);
  const from = await sourceOf(flags);
  const cursor = await readCursor(flags.cursor);
  const indexes = flags.index === undefined ? {} : { indexes: flags.index };
  await interruptible(async (signal) => {
    const plan = await refusable(planImport(config, from, { ...indexes, signal }));
    if (!(await goesAhead(plan, flags, { lines: planLines, signal }))) return;
    const line = progressLine(process.stderr, systemClock);
    const report = await refusable(
      importFrom(config, from, {
        ...{ ...indexes, signal, settings: flags.settings, keys: flags.keys },
        ...(cursor === undefined ? {} : { cursor }),
        ...(flags.documentsPerSecond === undefined ? {} : { documentsPerSecond: flags.documentsPerSecond }),
        onProgress: async ({ index, documents, total, cursor: reached }) => {
          line.show(index, { done: documents, total, noun: "documents" });
          await saveCursor(flags.cursor, reached);
        },
      }),
    ).finally(() => line.end());
    await rm(flags.cursor, { force: true });
    print(report, flags, reportLines);
    if (!report.isEqual) process.exitCode = EXIT.found;
  });
}

/** A single address is a server; of several, or a topology, a client would found a cluster where there is none. */
async function sourceOf(flags: ImportFlags): Promise<ImportFrom> {
  const { from, fromTopology } = flags;
  const key = flags.fromKey ?? (process.env["MIROIR_FROM_KEY"] || flags.key);
  const keyed = key === undefined ? {} : { key };
  if ((from === undefined) === (fromTopology === undefined)) {
    throw new CommandFailed(EXIT.usage, "Copy from where? Give either --from or --from-topology.");
  }
  if (fromTopology !== undefined) return clientConfig({ topology: fromTopology, ...keyed });
  const [server, ...others] = from ?? [];
  if (server === undefined) throw new CommandFailed(EXIT.usage, "--from names no server.");
  if (others.length > 0) return clientConfig({ nodes: [server, ...others], ...keyed });
  return { host: server.url, ...(key === undefined ? {} : { apiKey: key }) };
}

async function readCursor(path: string): Promise<ImportCursor | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return parseImportCursor(JSON.parse(await readFile(path, "utf8")));
  } catch {
    throw new CommandFailed(EXIT.usage, `${path} is no cursor of an import. Name another file with --cursor.`);
  }
}

/** There whole or not at all. */
async function saveCursor(path: string, cursor: ImportCursor): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(cursor)}\n`);
  await rename(`${path}.new`, path);
}
