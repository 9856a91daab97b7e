import type { ClusterRequest, HttpMethod } from "../core/types.ts";
import { matchPath } from "./route.ts";

/** A route of the server that is not served over many nodes yet, with the client's method and what to do instead. */
interface Refusal {
  readonly methods: readonly HttpMethod[];
  readonly paths: readonly string[];
  readonly what: string;
  readonly instead: string;
}

const ONE_SERVER = "Call it on a client with a single `host`.";

const REFUSALS: readonly Refusal[] = [
  {
    methods: ["GET", "POST", "PATCH", "DELETE"],
    paths: ["webhooks", "webhooks/:uuid"],
    what: "A webhook",
    instead:
      "Each node would report its own tasks, under numbers that are not the cluster's: poll `tasks`, or set the webhook " +
      "on each node.",
  },
  {
    methods: ["PATCH", "POST"],
    paths: ["network", "network/control"],
    what: "Changing the `network`",
    instead: "miroir does what a network of servers would: name the nodes in the client's configuration.",
  },
  {
    methods: ["POST"],
    paths: ["export"],
    what: "`export`",
    instead:
      "Each node would send its copies of the documents with miroir's own fields in them: read the documents with " +
      "`getDocuments()` and write them to the other server.",
  },
  {
    methods: ["GET"],
    paths: ["metrics"],
    what: "`metrics`",
    instead: "They are each server's own: scrape every node.",
  },
  {
    methods: ["POST", "DELETE"],
    paths: ["logs/stream", "logs/stderr"],
    what: "`logs`",
    instead: "They are each server's own: ask the node whose log you want.",
  },
  {
    methods: ["POST"],
    paths: ["tasks/compact"],
    what: "`tasks/compact`",
    instead: "The server must be restarted after it: compact one node after the other.",
  },
  {
    methods: ["GET", "POST", "PATCH", "DELETE"],
    paths: ["chats", "chats/:workspace", "chats/:workspace/settings", "chats/:workspace/chat/completions"],
    what: "A chat",
    instead:
      "It would search the documents of one node only: use a client with a single `host`, or search in the application.",
  },
];

/** Names what a request asks for and what to use instead. */
export function explainRefusal(request: ClusterRequest): { what: string; instead: string } {
  const found = REFUSALS.find(
    ({ methods, paths }) =>
      methods.includes(request.method) && paths.some((path) => matchPath(path, request.path) !== undefined),
  );
  return found ?? { what: `\`${request.method} /${request.path}\``, instead: ONE_SERVER };
}
