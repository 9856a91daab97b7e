import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import type { NetworkChange, RemoteChange, ShardChange } from "../network.ts";
import { anyValue, arrayOf, nullable, object, recordOf, string } from "../validation/readers.ts";
import { requireNetwork } from "./required-features.ts";

const ACTION = "Using the /network route";
const REMOTES = "invalid_network_remotes";
const SHARDS = "invalid_network_shards";

const readRemote = object<RemoteChange>({
  url: { read: nullable(string), code: "invalid_network_url" },
  searchApiKey: { read: nullable(string), code: "invalid_network_search_api_key" },
  writeApiKey: { read: nullable(string), code: "invalid_network_write_api_key" },
});

const names = { read: nullable(arrayOf(string)), code: REMOTES };
const readShard = object<ShardChange>({ remotes: names, addRemotes: names, removeRemotes: names });

const readChange = object<
  NetworkChange & { previousShards?: unknown; leader?: string | null; previousRemotes?: unknown }
>({
  remotes: { read: nullable(recordOf(nullable(readRemote))), code: REMOTES },
  shards: { read: nullable(recordOf(nullable(readShard))), code: SHARDS },
  previousShards: { read: anyValue, code: SHARDS },
  self: { read: nullable(string), code: "invalid_network_self" },
  leader: { read: nullable(string), code: "invalid_network_leader" },
  previousRemotes: { read: anyValue, code: REMOTES },
});

/** The network setting: read and change. */
export const networkRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/network",
    action: "network.get",
    handle: ({ node }) => {
      requireNetwork(node, ACTION);
      return ok(node.network.view());
    },
  },
  { method: "PATCH", path: "/network", action: "network.update", handle: changeNetwork },
];

function changeNetwork(context: RouteContext): Reply {
  const { node } = context;
  requireNetwork(node, ACTION);
  const { remotes, shards, self, leader } = readBody(context, readChange);
  if (typeof leader === "string") {
    throw new ApiError(
      "requires_enterprise_edition",
      "Meilisearch Enterprise Edition is required to set `network.leader`",
    );
  }
  const change = {
    ...(remotes === undefined ? {} : { remotes }),
    ...(shards === undefined ? {} : { shards }),
    ...(self === undefined ? {} : { self }),
  };
  node.network.update(change, node.newUid());
  return ok(node.network.view());
}
