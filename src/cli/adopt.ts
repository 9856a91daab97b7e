import { Command } from "commander";
import { type AdoptConfig, adoptServer, planAdoption } from "../jobs/index.ts";
import { systemClock } from "../util/clock.ts";
import { adoptedLines, planLines } from "./adopt/adopt-screen.ts";
import { KEY_HELP, keyOf } from "./cluster-flags.ts";
import { interruptible } from "./interruptible.ts";
import { parseCount, parseNode } from "./node-list.ts";
import { refusable } from "./refusable.ts";
import { goesAhead } from "./terminal/consent.ts";
import { print } from "./terminal/print.ts";
import { progressLine } from "./terminal/progress.ts";

interface AdoptFlags {
  readonly store: string;
  readonly index?: readonly string[];
  readonly everywhere?: readonly string[];
  readonly shards?: number;
  readonly key?: string;
  readonly documentsPerSecond?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `miroir adopt`: a server with its data becomes the first node of a cluster. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("make a server with its data the first node of a cluster; nobody may write to it meanwhile")
    .argument("<url>", "the server: its address, or id=address to name it")
    .requiredOption("--store <address>", "where the cluster's state will be: redis://…, http://… or file:…")
    .option("--index <uid...>", "indexes to adopt; others stay the server's own (default: all)")
    .option("--everywhere <uid...>", "of them, those whose documents every node will hold")
    .option("--shards <number>", "a power of two from 16 to 4096 (default: 64)", parseCount)
    .option("--key <key>", KEY_HELP)
    .option("--documents-per-second <number>", "documents tagged in a second, at most (default: unlimited)", parseCount)
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "go ahead without asking")
    .option("--json", "print one JSON document")
    .action(runAdopt);
}

async function runAdopt(url: string, flags: AdoptFlags): Promise<void> {
  const config = configOf(url, flags);
  const indexes = flags.index === undefined ? {} : { indexes: flags.index };
  await interruptible(async (signal) => {
    const plan = await refusable(planAdoption(config, { ...indexes, signal }));
    if (!(await goesAhead(plan, flags, { lines: planLines, signal }))) return;
    const line = progressLine(process.stderr, systemClock);
    const adopted = await refusable(
      adoptServer(config, {
        ...{ ...indexes, signal },
        ...(flags.everywhere === undefined ? {} : { everywhere: flags.everywhere }),
        ...(flags.documentsPerSecond === undefined ? {} : { documentsPerSecond: flags.documentsPerSecond }),
        onProgress: ({ index, documents, total }) => line.show(index, { done: documents, total, noun: "documents" }),
      }),
    ).finally(() => line.end());
    print(adopted, flags, adoptedLines);
  });
}

function configOf(url: string, flags: AdoptFlags): AdoptConfig {
  const key = keyOf(flags);
  return {
    ...{ server: parseNode(url), store: flags.store },
    ...(flags.shards === undefined ? {} : { shards: flags.shards }),
    ...(key === undefined ? {} : { apiKey: key }),
  };
}
