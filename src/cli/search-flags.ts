import type { Command } from "commander";
import { parseCount } from "./node-list.ts";

/** The parts of a search that commands take, as commander parses them. */
export interface SearchFlags {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly preference?: string;
}

/** Adds an index, a query and {@link SearchFlags} to a command. */
export function withSearchFlags(command: Command): Command {
  return command
    .argument("<index>", "uid of the index")
    .argument("[query]", "text to search for", "")
    .option("--filter <expression>", "filter of the search")
    .option("--sort <list>", "sort rules: price:asc,title:desc")
    .option("--limit <number>", "hits of the page", parseCount)
    .option("--offset <number>", "hits before the page", parseCount)
    .option("--preference <text>", "as `preference` of the client: which replicas are chosen");
}

/** The parameters of the search that the flags describe. */
export function searchOf({ filter, sort, limit, offset }: SearchFlags) {
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort: sort.split(",") }),
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
}
