import { ACTIONS, type Action, isGlobal } from "../auth/actions.ts";
import type { ApiKey, Expiry } from "../auth/key-store.ts";
import { ApiError } from "../http/api-error.ts";
import { ok, type Reply } from "../http/message.ts";
import { readBody, readQuery } from "../http/read-request.ts";
import type { Route, RouteContext } from "../http/route.ts";
import { indexPatternRefusal } from "../indexes/index-uid.ts";
import type { Reader } from "../validation/place.ts";
import { queryUnsigned } from "../validation/query-readers.ts";
import { arrayOf, checkedString, nullable, object, oneOf, string } from "../validation/readers.ts";
import { invalidValue } from "../validation/refusal.ts";
import { page } from "./page.ts";
import { uuidRefusal } from "./uuid-refusal.ts";

interface KeyCreation {
  description?: string | null;
  name?: string | null;
  uid?: string;
  actions: Action[];
  indexes: string[];
  expiresAt: Expiry | null;
}

const readPage = object<{ offset?: number; limit?: number }>({
  offset: { read: queryUnsigned, code: "invalid_api_key_offset" },
  limit: { read: queryUnsigned, code: "invalid_api_key_limit" },
});

const expiry: Reader<Expiry> = (value, place) => {
  const text = string(value, place);
  const moment = parseMoment(text);
  if (moment !== undefined && moment.atMs > Date.now()) return moment;
  throw invalidValue(
    `\`${text}\` is not a valid date. It should follow the RFC 3339 format to represents a date or datetime in the future or specified as a null value. e.g. 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'.\n`,
    place,
  );
};

const readCreation = object<KeyCreation>({
  description: { read: nullable(string), code: "invalid_api_key_description" },
  name: { read: nullable(string), code: "invalid_api_key_name" },
  uid: { read: checkedString(uuidRefusal), code: "invalid_api_key_uid" },
  actions: { read: arrayOf(oneOf(ACTIONS)), code: "invalid_api_key_actions", required: "missing_api_key_actions" },
  indexes: {
    read: arrayOf(checkedString(indexPatternRefusal)),
    code: "invalid_api_key_indexes",
    required: "missing_api_key_indexes",
  },
  expiresAt: { read: nullable(expiry), code: "invalid_api_key_expires_at", required: "missing_api_key_expires_at" },
});

const readChange = object<{ description?: string | null; name?: string | null }>(
  {
    description: { read: nullable(string), code: "invalid_api_key_description" },
    name: { read: nullable(string), code: "invalid_api_key_name" },
  },
  {
    immutable: {
      uid: "immutable_api_key_uid",
      actions: "immutable_api_key_actions",
      indexes: "immutable_api_key_indexes",
      expiresAt: "immutable_api_key_expires_at",
      createdAt: "immutable_api_key_created_at",
      updatedAt: "immutable_api_key_updated_at",
    },
  },
);

/** API keys: list, create, read, change, delete. */
export const keyRoutes: readonly Route[] = [
  { method: "GET", path: "/keys", action: "keys.get", handle: listKeys },
  { method: "POST", path: "/keys", action: "keys.create", handle: createKey },
  { method: "GET", path: "/keys/:key", action: "keys.get", handle: (c) => ok(c.node.keys.view(keyOf(c))) },
  { method: "PATCH", path: "/keys/:key", action: "keys.update", handle: updateKey },
  { method: "DELETE", path: "/keys/:key", action: "keys.delete", handle: deleteKey },
];

function listKeys({ node, request }: RouteContext): Reply {
  const { offset = 0, limit = 20 } = readQuery(request, readPage);
  const views = node.keys.list().map((key) => node.keys.view(key));
  return ok(page(views, { offset, limit }));
}

function createKey(context: RouteContext): Reply {
  const { keys, settings } = context.node;
  const creation = readBody(context, readCreation);
  const uid = canonicalUuid(creation.uid ?? context.node.newUid());
  const globalAction = creation.indexes.includes("*") ? undefined : creation.actions.find(isGlobal);
  if (globalAction !== undefined && creation.indexes.length > 0) throw scopedGlobal(globalAction);
  if (keys.get(uid) !== undefined) {
    throw new ApiError("api_key_already_exists", `\`uid\` field value \`${uid}\` is already an existing API key.`);
  }
  const now = settings.clock.now();
  const key: ApiKey = {
    uid,
    name: creation.name ?? null,
    description: creation.description ?? null,
    actions: creation.actions,
    indexes: creation.indexes,
    expiresAt: creation.expiresAt,
    createdAt: now,
    updatedAt: now,
  };
  keys.put(key);
  return { status: 201, body: keys.view(key) };
}

function updateKey(context: RouteContext): Reply {
  const { keys, settings } = context.node;
  const change = readBody(context, readChange);
  const updated = { ...keyOf(context), ...change, updatedAt: settings.clock.now() };
  keys.put(updated);
  return ok(keys.view(updated));
}

function deleteKey(context: RouteContext): Reply {
  context.node.keys.delete(keyOf(context).uid);
  return { status: 204 };
}

function keyOf({ node, params }: RouteContext): ApiKey {
  const name = params["key"] ?? "";
  const key = node.keys.find(name);
  if (key === undefined) throw new ApiError("api_key_not_found", `API key \`${name}\` not found.`);
  return key;
}

function scopedGlobal(action: Action): ApiError {
  return new ApiError(
    "index_scoped_api_key_with_global_action",
    `cannot create index-scoped API key with global action \`"${action}"\`\n  - Hint: remove action \`"${action}"\` from the action list, or remove \`indexes\` to make the key global`,
  );
}

/** UUIDs may be sent in capitals and without hyphens. */
function canonicalUuid(text: string): string {
  const hex = text.replaceAll("-", "").toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A moment or a day; shown as sent, days and moments without a zone as UTC. */
function parseMoment(text: string): Expiry | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null) return undefined;
  const [, day, time = "00:00:00", zone = "Z"] = match;
  const shown = `${day}T${time}${zone}`;
  const atMs = Date.parse(shown);
  return Number.isNaN(atMs) ? undefined : { atMs, text: shown };
}
