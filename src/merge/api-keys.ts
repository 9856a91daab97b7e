import type { JsonObject, JsonValue } from "../core/types.ts";

/** What the pattern for an index's later generations ends with. */
const GENERATIONS = "__g*";

/** Names of one index, short enough for the ending. */
const INDEX_NAME = /^[A-Za-z0-9_-]{1,396}$/;

/** The index patterns that a key has on the nodes: those of the user, and behind them the later generations of each index. */
export function physicalPatterns(patterns: readonly JsonValue[]): JsonValue[] {
  const names = patterns.filter((pattern): pattern is string => typeof pattern === "string");
  const generations = names.filter((name) => INDEX_NAME.test(name)).map((name) => `${name}${GENERATIONS}`);
  return [...patterns, ...generations.filter((pattern) => !names.includes(pattern))];
}

/** A key of a node as the user made it. */
export function logicalKey(key: JsonObject): JsonObject {
  const { indexes } = key;
  return Array.isArray(indexes) ? { ...key, indexes: logicalPatterns(indexes) } : key;
}

function logicalPatterns(patterns: readonly JsonValue[]): JsonValue[] {
  const names = new Set(patterns);
  const isAdded = (pattern: JsonValue) =>
    typeof pattern === "string" && pattern.endsWith(GENERATIONS) && names.has(pattern.slice(0, -GENERATIONS.length));
  return patterns.filter((pattern) => !isAdded(pattern));
}

/** The keys of a cluster, and whether nodes have others beside them. */
export interface CommonKeys {
  /** Keys that are good on every node, in the first node's words and order. */
  readonly keys: readonly JsonObject[];
  /** Uids of keys that are on some nodes only; those that every server makes for itself are of no interest. */
  readonly partial: readonly string[];
}

/** The keys that every node lists. */
export function commonKeys(lists: readonly (readonly JsonObject[])[]): CommonKeys {
  const holders = new Map<string, number>();
  for (const { uid } of lists.flat()) holders.set(String(uid), (holders.get(String(uid)) ?? 0) + 1);
  const isCommon = ({ uid }: JsonObject) => holders.get(String(uid)) === lists.length;
  const partial = lists.flat().filter((key) => !isCommon(key) && !isDefaultKey(key));
  return {
    keys: (lists[0] ?? []).filter(isCommon).map(logicalKey),
    partial: [...new Set(partial.map(({ uid }) => String(uid)))],
  };
}

/** Whether a key is one of those that a server makes when it starts for the first time; their uids are random. */
export function isDefaultKey({ name }: JsonObject): boolean {
  return typeof name === "string" && /^Default .+ API Key$/.test(name);
}

/** Whether a node's key is what was asked for; dates of the key itself and the order of its lists do not matter. */
export function isSameKey(key: JsonObject, asked: JsonObject): boolean {
  const text = (field: string) => (key[field] ?? null) === (asked[field] ?? null);
  const list = (field: string) => asSet(key[field]) === asSet(asked[field]);
  return text("name") && text("description") && list("actions") && list("indexes") && isSameMoment(key, asked);
}

function asSet(list: JsonValue | undefined): string {
  return JSON.stringify(Array.isArray(list) ? [...list].sort() : (list ?? null));
}

function isSameMoment(key: JsonObject, asked: JsonObject): boolean {
  const [a, b] = [key["expiresAt"] ?? null, asked["expiresAt"] ?? null];
  if (a === null || b === null) return a === b;
  return Date.parse(String(a)) === Date.parse(String(b));
}
