import { existsSync } from "node:fs";
import type { Command } from "commander";
import { clusterSource } from "../client/cluster-source.ts";
import { toClusterConfig } from "../client/options.ts";
import type { NodeConfig } from "../cluster/cluster-config.ts";
import { buildTopology, type Topology } from "../cluster/topology.ts";
import { MiroirError } from "../core/errors.ts";
import type { StateRecord } from "../execute/state-index.ts";
import { StoreRecords } from "../execute/store-records.ts";
import type { Hasher } from "../routing/shard.ts";
import { systemClock } from "../util/clock.ts";
import { systemRandom } from "../util/random.ts";
import { CommandFailed, EXIT } from "./exit-code.ts";
import { parseCount, parseNodeList } from "./node-list.ts";

/** Written by `miroir init`, and read when nothing else is named. */
export const DEFAULT_FILE = "miroir.json";

/** The flags of every command that asks a cluster. */
export interface ClusterFlags {
  readonly topology?: string;
  readonly nodes?: readonly NodeConfig[];
  readonly rf?: number;
  readonly shards?: number;
  readonly key?: string;
}

/** The cluster that a command was pointed at. */
export interface Target {
  readonly topology: Topology;
  /** What only the nodes' markers know, because nothing but addresses was given. */
  readonly unsaid: { readonly ids: ReadonlySet<string>; readonly replicationFactor: boolean; readonly shards: boolean };
  /** Whether groups, weights and table were given too. */
  readonly isFromFile: boolean;
  /** What the cluster's processes share, where a store holds it; the nodes hold it otherwise. */
  readonly records?: readonly StateRecord[];
  /** Address of the topology file or the store, when it is one. */
  readonly address?: string;
}

/** Adds those flags to a command. */
export function withClusterFlags(command: Command): Command {
  return command
    .option(
      "--topology <file>",
      `topology file or address of a store (default: $MIROIR_TOPOLOGY, or ./${DEFAULT_FILE})`,
    )
    .option(
      "--nodes <list>",
      "servers instead of a file: url,url or id=url,id=url (default: $MIROIR_NODES)",
      parseNodeList,
    )
    .option("--rf <number>", "replication factor, with --nodes (default: what the nodes say)", parseCount)
    .option("--shards <number>", "number of shards, with --nodes (default: what the nodes say)", parseCount)
    .option("--key <key>", KEY_HELP);
}

/** What `--key` is for. */
export const KEY_HELP = "master key of the nodes (default: $MIROIR_KEY, or $MEILI_MASTER_KEY)";

/**
 * The key that a command was given, by flag before environment.
 * @throws CommandFailed `usage` when no request could carry it; the message does not show it
 */
export function keyOf({ key }: Pick<ClusterFlags, "key">): string | undefined {
  const { MIROIR_KEY, MEILI_MASTER_KEY } = process.env;
  const sources = [
    ["--key", key] as const,
    ["MIROIR_KEY", MIROIR_KEY] as const,
    ["MEILI_MASTER_KEY", MEILI_MASTER_KEY] as const,
  ];
  const [name, text] = sources.find(([, value]) => value) ?? ["--key", undefined];
  const position = text?.search(/[^ -~]/) ?? -1;
  if (position < 0) return text;
  throw new CommandFailed(
    EXIT.usage,
    `${name} cannot be sent: its character ${position + 1} is a line break or not ASCII. Give the master key alone, ` +
      "without the end of a line.",
  );
}

/**
 * The cluster that flags, environment or the default file name, in this order.
 * @throws CommandFailed `usage` when there is none or it makes no sense, `failed` when the store does not answer
 */
export async function targetOf(flags: ClusterFlags, hasher: Hasher): Promise<Target> {
  if (flags.topology !== undefined && flags.nodes !== undefined) {
    throw new CommandFailed(EXIT.usage, "Give either --topology or --nodes, not both.");
  }
  try {
    return await findTarget(flags, hasher);
  } catch (error) {
    if (!(error instanceof MiroirError)) throw error;
    const isDown = error.code === "miroir_store_unavailable";
    throw new CommandFailed(isDown ? EXIT.failed : EXIT.usage, error.message);
  }
}

async function findTarget(flags: ClusterFlags, hasher: Hasher): Promise<Target> {
  const { MIROIR_TOPOLOGY, MIROIR_NODES } = process.env;
  const isSaid = flags.topology !== undefined || flags.nodes !== undefined;
  const file = flags.topology ?? (isSaid ? undefined : MIROIR_TOPOLOGY);
  if (file) return fileTarget(file, flags, hasher);
  const nodes = flags.nodes ?? (MIROIR_NODES ? parseNodeList(MIROIR_NODES) : undefined);
  if (nodes !== undefined) return nodesTarget(nodes, flags, hasher);
  if (existsSync(DEFAULT_FILE)) return fileTarget(DEFAULT_FILE, flags, hasher);
  throw new CommandFailed(
    EXIT.usage,
    `Which cluster? Give --topology FILE or --nodes url,url, set MIROIR_TOPOLOGY or MIROIR_NODES, or start where ${DEFAULT_FILE} lies.`,
  );
}

async function fileTarget(file: string, { rf, shards }: ClusterFlags, hasher: Hasher): Promise<Target> {
  if (rf !== undefined || shards !== undefined) {
    throw new CommandFailed(EXIT.usage, "--rf and --shards go with --nodes; a topology file says both.");
  }
  const address = /^[a-z]+:/.test(file) ? file : `file:${file}`;
  const source = await clusterSource({ topology: address }, { hasher });
  const { topology, store } = source;
  const unsaid = { ids: new Set<string>(), replicationFactor: false, shards: false };
  try {
    const environment = { clock: systemClock, random: systemRandom };
    const records = store && (await new StoreRecords(store, environment).readAll());
    return { topology, unsaid, isFromFile: true, address, ...(records && { records }) };
  } finally {
    await source.close();
  }
}

function nodesTarget(nodes: readonly NodeConfig[], { rf, shards }: ClusterFlags, hasher: Hasher): Target {
  const config = toClusterConfig({
    nodes,
    ...(rf === undefined ? {} : { replicationFactor: rf }),
    ...(shards === undefined ? {} : { shards }),
  });
  const topology = buildTopology(config, hasher);
  const ids = new Set(topology.nodes.filter((_, position) => nodes[position]?.id === undefined).map(({ id }) => id));
  return {
    topology,
    unsaid: { ids, replicationFactor: rf === undefined, shards: shards === undefined },
    isFromFile: false,
  };
}
