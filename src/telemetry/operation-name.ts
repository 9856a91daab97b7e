import type { HttpMethod } from "../core/types.ts";

/** What a request does to an index or a server, in the words that labels and spans use: a closed list. */
export type OperationName =
  | "search"
  | "multi_search"
  | "facet_search"
  | "similar"
  | "get_document"
  | "get_documents"
  | "write_documents"
  | "edit_documents"
  | "delete_documents"
  | "get_settings"
  | "update_settings"
  | "indexes"
  | "fields"
  | "stats"
  | "tasks"
  | "keys"
  | "search_rules"
  | "server"
  | "state"
  | "other";

/** The operation of a request, and the index it names. */
export interface NamedOperation {
  readonly operation: OperationName;
  readonly index?: string;
}

/** Operations on an index, by the part of the path after its uid. */
const ON_INDEX = new Map<string | undefined, OperationName>([
  [undefined, "indexes"],
  ["search", "search"],
  ["facet-search", "facet_search"],
  ["similar", "similar"],
  ["stats", "stats"],
  ["fields", "fields"],
  ["compact", "indexes"],
]);

/** Operations on a server, by the first part of the path. */
const ON_SERVER = new Map<string, OperationName>([
  ["multi-search", "multi_search"],
  ["indexes", "indexes"],
  ["swap-indexes", "indexes"],
  ["stats", "stats"],
  ["tasks", "tasks"],
  ["batches", "tasks"],
  ["keys", "keys"],
  ["dynamic-search-rules", "search_rules"],
  ["health", "server"],
  ["version", "server"],
  ["experimental-features", "server"],
  ["network", "server"],
  ["dumps", "server"],
  ["snapshots", "server"],
]);

/** Operations on documents that are not named by the method, by the part of the path after `documents`. */
const ON_DOCUMENTS = new Map<string, OperationName>([
  ["fetch", "get_documents"],
  ["edit", "edit_documents"],
  ["delete", "delete_documents"],
  ["delete-batch", "delete_documents"],
]);

/** Uids of indexes that only miroir uses begin with this. */
const OWN_INDEX = "miroir__";

/** Names what a request does by its method and path, below the host and without leading slash. Nothing of a path but the index's uid is kept. */
export function nameOperation(method: HttpMethod, path: string): NamedOperation {
  const [area = "", index, part, detail] = path.split("/");
  if (area !== "indexes" || index === undefined) return { operation: ON_SERVER.get(area) ?? "other" };
  if (index.startsWith(OWN_INDEX)) return { operation: "state", index };
  return { operation: onIndex(method, part, detail), index };
}

function onIndex(method: HttpMethod, part: string | undefined, detail: string | undefined): OperationName {
  if (part === "documents") return onDocuments(method, detail);
  if (part === "settings") return method === "GET" ? "get_settings" : "update_settings";
  return ON_INDEX.get(part) ?? "other";
}

function onDocuments(method: HttpMethod, detail: string | undefined): OperationName {
  if (method === "DELETE") return "delete_documents";
  if (method === "GET") return detail === undefined ? "get_documents" : "get_document";
  return (detail === undefined ? undefined : ON_DOCUMENTS.get(detail)) ?? "write_documents";
}
