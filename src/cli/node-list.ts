import { InvalidArgumentError } from "commander";
import type { NodeConfig } from "../cluster/cluster-config.ts";

/** Reads one server of a command line: an address, or `id=address`. */
export function parseNode(text: string): NodeConfig {
  const [, id, url] = /^([^=:/]+)=(.+)$/.exec(text.trim()) ?? [];
  return id === undefined || url === undefined ? { url: text.trim() } : { id, url };
}

/** Reads servers separated by commas. */
export function parseNodeList(text: string): NodeConfig[] {
  return text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(parseNode);
}

/** Reads `name=address,address` and adds the servers to those of earlier groups. */
export function parseGroup(text: string, earlier: readonly NodeConfig[] = []): NodeConfig[] {
  const [, group, list] = /^([^=:/]+)=(.+)$/.exec(text) ?? [];
  if (group === undefined || list === undefined) throw new InvalidArgumentError("Give name=address,address.");
  return [...earlier, ...parseNodeList(list).map((node) => ({ ...node, group }))];
}

/** Reads a whole number from 1 on. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError("Give a whole number from 1 on.");
  return count;
}

/** Reads a time in seconds, above 0. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(Number.isFinite(seconds) && seconds > 0)) throw new InvalidArgumentError("Give seconds, more than 0.");
  return seconds;
}
