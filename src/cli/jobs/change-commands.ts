import { Command, InvalidArgumentError } from "commander";
import type { Wish } from "../../jobs/index.ts";
import { parseCount, parseNode } from "../node-list.ts";
import { type ChangeFlags, withChangeFlags } from "./job-flags.ts";
import { runChange } from "./run-job.ts";

const SERVER = "address of a server, or id=address to name it";

interface NewNodeFlags extends ChangeFlags {
  readonly group?: string;
  readonly weight?: number;
}

/** The subcommands of `miroir node` that change a cluster. */
export function nodeChanges(): Command[] {
  const add = withNewNodeFlags(withChangeFlags(new Command("add")))
    .description("add servers, which take over their share")
    .argument("<url...>", `servers: ${SERVER}`)
    .action((urls: string[], flags: NewNodeFlags) => {
      return runChange({ kind: "node add", nodes: urls.map((url) => newNode(url, flags)) }, flags);
    });
  const drain = withChangeFlags(new Command("drain"))
    .description("give all that a node holds to the others, and keep the node; `node add` brings it back")
    .argument("<id>", "id of the node")
    .action((node: string, flags: ChangeFlags) => runChange({ kind: "node drain", node }, flags));
  const remove = withChangeFlags(new Command("remove"))
    .description("give all that a node holds to the others, and take the node out of the cluster")
    .argument("<id>", "id of the node")
    .action((node: string, flags: ChangeFlags) => runChange({ kind: "node remove", node }, flags));
  const replace = withChangeFlags(new Command("replace"))
    .description("put a new server in the place of a node, which may be dead")
    .argument("<id>", "id of the node")
    .argument("<url>", SERVER)
    .action((node: string, url: string, flags: ChangeFlags) => {
      return runChange({ kind: "node replace", node, by: parseNode(url) }, flags);
    });
  return [add, drain, remove, replace];
}

function withNewNodeFlags(command: Command): Command {
  return command
    .option("--group <name>", "replica group of the servers (default: the only one there is)")
    .option("--weight <number>", "their capacity, compared with 1 (default: 1)", parseWeight);
}

function newNode(url: string, { group, weight }: NewNodeFlags) {
  return { ...parseNode(url), ...(group === undefined ? {} : { group }), ...(weight === undefined ? {} : { weight }) };
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (!(weight > 0 && Number.isFinite(weight))) throw new InvalidArgumentError("Give a number above 0.");
  return weight;
}

/** `miroir group`: full copies that come and go. */
export function groupCommand(): Command {
  const add = withChangeFlags(new Command("add"))
    .description("add a full copy of everything, on servers of its own")
    .argument("<name>", "name of the group")
    .argument("<url...>", `servers: ${SERVER}`)
    .action((group: string, urls: string[], flags: ChangeFlags) => {
      return runChange({ kind: "group add", group, nodes: urls.map(parseNode) }, flags);
    });
  const remove = withChangeFlags(new Command("remove"))
    .description("take a full copy, and its servers, out of the cluster")
    .argument("<name>", "name of the group")
    .action((group: string, flags: ChangeFlags) => runChange({ kind: "group remove", group }, flags));
  return new Command("group").description("add and remove replica groups").addCommand(add).addCommand(remove);
}

/** `miroir rf`: the number of replicas. */
export function rfCommand(): Command {
  const set = withChangeFlags(new Command("set"))
    .description("change how many nodes of each group hold each shard")
    .argument("<number>", "replication factor", parseCount)
    .action((replicationFactor: number, flags: ChangeFlags) => runChange({ kind: "rf set", replicationFactor }, flags));
  return new Command("rf").description("change the replication factor").addCommand(set);
}

interface RebalanceFlags extends ChangeFlags {
  readonly minGain?: number;
}

/** `miroir rebalance`: even shares. */
export function rebalanceCommand(): Command {
  return withChangeFlags(new Command("rebalance"))
    .description("even out what nodes hold, where that is worth copying documents for")
    .option("--min-gain <share>", "least improvement, as a share of a node's mean load (default: 0.1)", parseShare)
    .action(({ minGain, ...flags }: RebalanceFlags) => {
      const wish: Wish = { kind: "rebalance", ...(minGain === undefined ? {} : { minGain }) };
      return runChange(wish, flags);
    });
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === "" || !(share >= 0 && Number.isFinite(share))) throw new InvalidArgumentError("Give 0 or more.");
  return share;
}

/** `miroir reshard`: the number of shards. */
export function reshardCommand(): Command {
  return withChangeFlags(new Command("reshard"))
    .description("change the number of shards; no document is rewritten")
    .argument("<number>", "a power of two from 16 to 4096", parseCount)
    .action((shards: number, flags: ChangeFlags) => runChange({ kind: "reshard", shards }, flags));
}
