import type { JsonObject } from "../../core/types.ts";
import { ApiError } from "./http/api-error.ts";
import { urlProblem } from "./url-problem.ts";

/** A remote as a request describes it; `null` = take the member away. */
export interface RemoteChange {
  url?: string | null;
  searchApiKey?: string | null;
  writeApiKey?: string | null;
}

/** The remotes of a shard as a request describes them. */
export interface ShardChange {
  remotes?: string[] | null;
  addRemotes?: string[] | null;
  removeRemotes?: string[] | null;
}

/** What a request asks to change of the network. */
export interface NetworkChange {
  remotes?: Record<string, RemoteChange | null> | null;
  shards?: Record<string, ShardChange | null> | null;
  self?: string | null;
}

interface Remote {
  readonly url: string;
  readonly searchApiKey: string | null;
  readonly writeApiKey: string | null;
}

/** The network setting of one node; it is kept and shown, and never used. */
export class Network {
  #self: string | null = null;
  #remotes = new Map<string, Remote>();
  #shards = new Map<string, string[]>();
  #version = "00000000-0000-0000-0000-000000000000";

  /** Applies a change, all or nothing. */
  update(change: NetworkChange, version: string): void {
    const remotes = changed(this.#remotes, change.remotes, readRemote);
    const shards = changed(this.#shards, change.shards, readShard);
    if (change.self !== undefined) this.#self = change.self;
    this.#remotes = remotes;
    this.#shards = shards;
    this.#version = version;
  }

  view(): JsonObject {
    const remotes = [...this.#remotes].map(([name, remote]) => [name, { ...remote, status: "available" }] as const);
    const shards = [...this.#shards].map(([name, names]): [string, JsonObject] => [name, { remotes: [...names] }]);
    return {
      self: this.#self,
      remotes: Object.fromEntries(remotes),
      shards: Object.fromEntries(shards),
      leader: null,
      version: this.#version,
    };
  }
}

function changed<T, C>(
  before: ReadonlyMap<string, T>,
  change: Record<string, C | null> | null | undefined,
  read: (name: string, change: C, before: T | undefined) => T,
): Map<string, T> {
  if (change === null) return new Map();
  const result = new Map(before);
  for (const [name, one] of Object.entries(change ?? {})) {
    if (one === null) result.delete(name);
    else result.set(name, read(name, one, before.get(name)));
  }
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readRemote(name: string, change: RemoteChange, before: Remote | undefined): Remote {
  const url = change.url === undefined ? before?.url : change.url;
  if (url === undefined || url === null) {
    throw new ApiError("missing_network_url", `Missing field \`.remotes.${name}.url\``);
  }
  const problem = urlProblem(url);
  if (problem !== undefined) {
    throw new ApiError("invalid_network_url", `Invalid \`.remotes.${name}.url\` (\`${url}\`): ${problem}`);
  }
  return {
    url,
    searchApiKey: change.searchApiKey === undefined ? (before?.searchApiKey ?? null) : change.searchApiKey,
    writeApiKey: change.writeApiKey === undefined ? (before?.writeApiKey ?? null) : change.writeApiKey,
  };
}

function readShard(_name: string, change: ShardChange, before: string[] | undefined): string[] {
  const removed = new Set(change.removeRemotes ?? []);
  const names = [...(change.remotes ?? before ?? []), ...(change.addRemotes ?? [])];
  return [...new Set(names)].filter((name) => !removed.has(name)).sort();
}
