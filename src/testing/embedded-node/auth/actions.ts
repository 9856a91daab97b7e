/** Every action of an API key, in the order in which the server lists them in its refusals. */
export const ACTIONS = [
  "*",
  "search",
  "documents.*",
  "documents.add",
  "documents.get",
  "documents.delete",
  "indexes.*",
  "indexes.create",
  "indexes.get",
  "indexes.update",
  "indexes.delete",
  "indexes.swap",
  "tasks.*",
  "tasks.cancel",
  "tasks.delete",
  "tasks.get",
  "settings.*",
  "settings.get",
  "settings.update",
  "stats.*",
  "stats.get",
  "metrics.*",
  "metrics.get",
  "dumps.*",
  "dumps.create",
  "snapshots.*",
  "snapshots.create",
  "version",
  "keys.create",
  "keys.get",
  "keys.update",
  "keys.delete",
  "experimental.get",
  "experimental.update",
  "export",
  "network.get",
  "network.update",
  "chatCompletions",
  "chats.*",
  "chats.get",
  "chats.delete",
  "chatsSettings.*",
  "chatsSettings.get",
  "chatsSettings.update",
  "*.get",
  "webhooks.get",
  "webhooks.update",
  "webhooks.delete",
  "webhooks.create",
  "webhooks.*",
  "indexes.compact",
  "fields.post",
  "tasks.compact",
  "dynamicSearchRules.get",
  "dynamicSearchRules.create",
  "dynamicSearchRules.update",
  "dynamicSearchRules.delete",
  "dynamicSearchRules.*",
] as const;

/** Something an API key may do. */
export type Action = (typeof ACTIONS)[number];

const READ_ACTIONS: readonly Action[] = [
  "search",
  "documents.get",
  "export",
  "indexes.get",
  "tasks.get",
  "settings.get",
  "stats.get",
  "metrics.get",
  "version",
  "experimental.get",
  "network.get",
  "chats.get",
  "chatsSettings.get",
  "webhooks.get",
  "fields.post",
  "dynamicSearchRules.get",
];

/** Actions that also work for keys limited to some indexes on routes without an index in their path. */
const CHECKED_BY_ROUTE: readonly Action[] = [
  "documents.get",
  "search",
  "indexes.create",
  "indexes.get",
  "indexes.swap",
  "tasks.cancel",
  "tasks.delete",
  "tasks.get",
  "settings.get",
  "stats.*",
  "stats.get",
  "chatCompletions",
];

const INDEX_SCOPED: readonly Action[] = [
  "*",
  "*.get",
  "documents.*",
  "documents.add",
  "documents.delete",
  "indexes.*",
  "indexes.update",
  "indexes.delete",
  "indexes.compact",
  "fields.post",
  "tasks.*",
  "settings.*",
  "settings.update",
  ...CHECKED_BY_ROUTE,
];

/** Whether one granted action includes another. */
export function grants(granted: Action, wanted: Action): boolean {
  if (granted === "*" || granted === wanted) return true;
  if (granted === "*.get") return READ_ACTIONS.includes(wanted);
  return granted.endsWith(".*") && wanted.startsWith(granted.slice(0, -1));
}

/** Whether a key limited to some indexes may use the action on a route without an index in its path. */
export function isCheckedByRoute(action: Action): boolean {
  return CHECKED_BY_ROUTE.includes(action);
}

/** Whether the action makes no sense for a key limited to some indexes. */
export function isGlobal(action: Action): boolean {
  return !INDEX_SCOPED.includes(action);
}
