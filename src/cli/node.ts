import { once } from "node:events";
import { Command } from "commander";
import { createEmbeddedNode } from "../testing/embedded-node/index.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { nodeChanges } from "./jobs/change-commands.ts";
import { parsePort } from "./port.ts";

interface NodeOptions {
  readonly port: number;
  readonly masterKey?: string;
  readonly data?: string;
}

/** `miroir node`: an embedded node in the foreground; its subcommands change a cluster's nodes. */
export function nodeCommand(): Command {
  const command = new Command("node")
    .description(
      "run the embedded node, a Meilisearch-compatible server for tests and development, until it is stopped",
    )
    .option("--port <number>", "TCP port on 127.0.0.1; 0 takes a free one", parsePort, 7700)
    .option("--master-key <key>", "key that requests must carry (default: $MEILI_MASTER_KEY, or every route is open)")
    .option("--data <file>", "journal that keeps the data (default: they are lost when the node stops)")
    .action(runNode);
  for (const change of nodeChanges()) command.addCommand(change);
  return command;
}

async function runNode({ port, masterKey = process.env["MEILI_MASTER_KEY"], data }: NodeOptions): Promise<void> {
  const node = await createEmbeddedNode({
    port,
    ...(masterKey && { masterKey }),
    ...(data !== undefined && { dataFile: data }),
  }).catch((error: unknown) => {
    throw new CommandFailed(EXIT.failed, whyNotStarted(error, { port, data }));
  });
  const access = masterKey ? "with a master key" : "open to everyone on this machine";
  process.stdout.write(`embedded node (not a Meilisearch server) at ${node.url}, ${access}\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await node.close();
}

/** Which flag an embedded node could not start with, and what to give instead. */
function whyNotStarted(
  error: unknown,
  { port, data }: Pick<NodeOptions, "port"> & { readonly data: string | undefined },
): string {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "syscall" in error && error.syscall === "listen") {
    return `--port is ${port}, which cannot be had (${why}). Give another, or 0 for a free one.`;
  }
  if (data === undefined) return why;
  return `--data is ${data}, which cannot be used: ${why}. Give a journal that \`miroir node\` wrote, or a new file in a folder that exists.`;
}
