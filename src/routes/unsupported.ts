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
    methods: ["POST"],
    paths: ["dumps", "snapshots"],
    what: "Dumps and snapshots",
    instead: "Make them on each node by itself.",
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
