import { randomUUID } from "node:crypto";
import { Command } from "commander";
import { toClusterConfig } from "../client/options.ts";
import type { NodeConfig } from "../cluster/cluster-config.ts";
import { copiesOf } from "../cluster/copies.ts";
import { buildTopology, type Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import { loadHasher } from "../routing/shard.ts";
import { askNodes } from "./ask-nodes.ts";
import { DEFAULT_FILE, KEY_HELP, keyOf } from "./cluster-flags.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { adoptTopology, requireFitServers } from "./init/check-servers.ts";
import { putClusterIntoStore } from "./init/put-cluster.ts";
import { refuseExisting, writeTopologyFile } from "./init/topology-file.ts";
import { parseCount, parseGroup, parseNode } from "./node-list.ts";
import { markerOf } from "./survey/marker.ts";
import { surveyNode } from "./survey/node-survey.ts";
import { counted } from "./terminal/counted.ts";
import { paintFor } from "./terminal/paint.ts";
import { tableLines } from "./terminal/table.ts";

interface InitFlags {
  readonly rf?: number;
  readonly shards?: number;
  readonly group?: readonly NodeConfig[];
  readonly key?: string;
  readonly out: string;
  readonly store?: string;
  readonly fromNodes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `miroir init`: from servers to a topology file. */
export function initCommand(): Command {
  return new Command("init")
    .description("check servers and write a topology file, or put the cluster into a store")
    .argument("[url...]", "servers: addresses, or id=address to name them")
    .option(
      "--rf <number>",
      "nodes that hold each shard, in every group (default: 2, or 1 with one server)",
      parseCount,
    )
    .option("--shards <number>", "a power of two from 16 to 4096, fixed for good (default: 64)", parseCount)
    .option("--group <name=url,url>", "servers of a replica group, a full copy each; can be repeated", parseGroup)
    .option("--key <key>", KEY_HELP)
    .option("--out <file>", "where to write the topology", DEFAULT_FILE)
    .option("--store <address>", "put the cluster into this store instead: redis://…, http://… or file:…")
    .option("--from-nodes", "with --store: move what the servers hold of a cluster into it; stop its processes first")
    .option("--force", "replace the file if it exists")
    .option("--dry-run", "check and show the plan, write nothing")
    .option("--json", "print the topology as JSON instead of a table")
    .action(runInit);
}

async function runInit(urls: readonly string[], flags: InitFlags): Promise<void> {
  const isDry = flags.dryRun === true;
  if (flags.fromNodes === true && flags.store === undefined) {
    throw new CommandFailed(EXIT.usage, "--from-nodes goes with --store: name the store to move the cluster into.");
  }
  const planned = await plan([...urls.map(parseNode), ...(flags.group ?? [])], flags);
  if (flags.store === undefined && flags.force !== true && !isDry) refuseExisting(flags.out);
  const surveys = await askNodes(keyOf(flags), (operator) =>
    Promise.all(planned.nodes.map((node) => surveyNode(operator, node))),
  );
  requireFitServers(surveys);
  const topology = adoptTopology(planned, surveys);
  const markers = surveys.map(markerOf).filter((marker) => marker?.kind === "read");
  const isKnown = markers.length > 0;
  if (flags.store === undefined) {
    if (!isDry) await writeTopologyFile(flags.out, topology);
  } else {
    const isMoved = markers.some(({ keeper }) => keeper === "store");
    requireMove({ isKnown, isMoved }, flags);
    if (!isDry) await putClusterIntoStore(flags.store, { topology, surveys, key: keyOf(flags) });
  }
  const lines = flags.json === true ? [JSON.stringify(topology, null, 2)] : planLines(topology);
  process.stdout.write(`${lines.join("\n")}\n`);
  const where = isKnown
    ? "The servers hold this cluster already."
    : "The first client that connects founds the cluster.";
  const written = flags.store === undefined ? `Wrote ${flags.out}.` : "Put the cluster into the store.";
  process.stderr.write(isDry ? "Nothing was written.\n" : `${written} ${where}\n`);
}

/** What servers hold of a cluster is moved when that is asked for, and only then. */
function requireMove(
  { isKnown, isMoved }: { readonly isKnown: boolean; readonly isMoved: boolean },
  { fromNodes }: InitFlags,
): void {
  if (isMoved) {
    throw new CommandFailed(
      EXIT.refused,
      "The servers hold a cluster that keeps its state in a store already. Use that one.",
    );
  }
  if (isKnown === (fromNodes === true)) return;
  throw new CommandFailed(
    EXIT.refused,
    isKnown
      ? "The servers hold a cluster that keeps its state on them. Stop its processes, and give --from-nodes to move it into the store."
      : "The servers hold no cluster that could be moved. Leave out --from-nodes.",
  );
}

async function plan(nodes: readonly NodeConfig[], { rf, shards }: InitFlags): Promise<Topology> {
  if (nodes.length === 0)
    throw new CommandFailed(EXIT.usage, "Which servers? Give addresses, or --group name=url,url.");
  const config = toClusterConfig({
    nodes,
    ...(rf === undefined ? {} : { replicationFactor: rf }),
    ...(shards === undefined ? {} : { shards }),
  });
  try {
    return buildTopology({ ...config, clusterId: randomUUID() }, await loadHasher());
  } catch (error) {
    if (!(error instanceof MiroirError)) throw error;
    throw new CommandFailed(
      EXIT.usage,
      error.message.replace("`replicationFactor`", "--rf").replace("`shards`", "--shards"),
    );
  }
}

function planLines(topology: Topology): string[] {
  const rows = topology.nodes.map(({ id, group, url }) => {
    const held = topology.groups.flatMap(({ table }) => table).filter((row) => row.includes(id)).length;
    return [id, group, held, url];
  });
  const columns = [{ title: "node" }, { title: "group" }, { title: "shards", isNumber: true }, { title: "address" }];
  const shape = `${counted(topology.nodes.length, "node")} · ${counted(topology.shards, "shard")}`;
  return [
    `cluster ${topology.clusterId}  ${shape} · ${counted(copiesOf(topology), "copy", "copies")}`,
    "",
    ...tableLines(columns, rows, paintFor(process.stdout)),
  ];
}
