import type { JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import { type Action, grants, isCheckedByRoute } from "./actions.ts";
import { closestPattern, coversIndex } from "./index-pattern.ts";
import type { ApiKey, KeyStore } from "./key-store.ts";
import { readTenantToken, type TenantRules } from "./tenant-token.ts";

/** What the caller of one request may see and do beyond the route itself. */
export interface Access {
  isIndexAllowed(uid: string): boolean;
  readonly isEverythingAllowed: boolean;
  /** Whether a write may create the index it names. */
  mayCreateIndex(uid: string): boolean;
  /** Filter that a tenant token adds to searches of an index. */
  filterFor(uid: string): JsonValue | undefined;
}

/** A request that wants in. */
export interface AccessRequest {
  readonly authorization: string | undefined;
  readonly action: Action;
  /** Index named in the path. */
  readonly indexUid: string | undefined;
  readonly nowMs: number;
}

/** What the master key, and a route without a key, may see: everything. */
export const FULL_ACCESS: Access = {
  isIndexAllowed: () => true,
  isEverythingAllowed: true,
  mayCreateIndex: () => true,
  filterFor: () => undefined,
};

const KEY_ACTIONS: readonly Action[] = ["keys.get", "keys.create", "keys.update", "keys.delete"];

/** Decides whether a request may pass; throws the server's refusal when not. */
export function authorize(keys: KeyStore, request: AccessRequest): Access {
  const token = bearerToken(request.authorization);
  if (keys.masterKey === undefined) {
    if (KEY_ACTIONS.includes(request.action)) throw missingMasterKey();
    return FULL_ACCESS;
  }
  if (token === undefined) throw missingHeader();
  if (token === keys.masterKey) return FULL_ACCESS;
  const isTokenAction = request.action === "search" || request.action === "chatCompletions";
  const tenant = isTokenAction ? readTenantToken(token, keys, request.nowMs) : undefined;
  const key = tenant === undefined ? keyOfText(keys, token) : keys.get(tenant.apiKeyUid);
  if (key === undefined) throw invalidKey();
  if (request.indexUid !== undefined) checkIndex(request.indexUid, key, tenant);
  if (!isAuthorized(key, request)) throw invalidKey();
  return accessOf(key, tenant, request.nowMs);
}

/** The key refused for an index that only the body names. */
export function invalidKey(): ApiError {
  return new ApiError("invalid_api_key", "The provided API key is invalid.");
}

function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [scheme, ...rest] = authorization.split(" ");
  if (scheme !== "Bearer") throw missingHeader();
  if (rest.length === 0) throw invalidKey();
  return rest.join(" ");
}

function keyOfText(keys: KeyStore, text: string): ApiKey | undefined {
  return keys.list().find((key) => keys.textOf(key.uid) === text);
}

function checkIndex(uid: string, key: ApiKey, tenant: TenantRules | undefined): void {
  const tokenPatterns = tenant === undefined ? undefined : [...tenant.filterByPattern.keys()];
  if (tokenPatterns !== undefined && !covers(tokenPatterns, uid)) {
    throw forbidden(
      `The provided tenant token cannot acces the index \`${uid}\`, allowed indexes are ${list(tokenPatterns)}.`,
    );
  }
  if (covers(key.indexes, uid)) return;
  if (tenant !== undefined) {
    throw forbidden(`The API key used to generate this tenant token cannot acces the index \`${uid}\`.`);
  }
  throw forbidden(`The API key cannot acces the index \`${uid}\`, authorized indexes are ${list(key.indexes)}.`);
}

function isAuthorized(key: ApiKey, request: Pick<AccessRequest, "action" | "indexUid" | "nowMs">): boolean {
  if (key.expiresAt !== null && key.expiresAt.atMs <= request.nowMs) return false;
  if (!key.actions.some((granted) => grants(granted, request.action))) return false;
  if (key.indexes.includes("*")) return true;
  if (request.indexUid !== undefined) return covers(key.indexes, request.indexUid);
  return isCheckedByRoute(request.action) && key.indexes.length > 0;
}

function accessOf(key: ApiKey, tenant: TenantRules | undefined, nowMs: number): Access {
  const tokenPatterns = tenant === undefined ? ["*"] : [...tenant.filterByPattern.keys()];
  const isIndexAllowed = (uid: string): boolean => covers(key.indexes, uid) && covers(tokenPatterns, uid);
  const mayCreate = isAuthorized(key, { action: "indexes.create", indexUid: undefined, nowMs });
  return {
    isIndexAllowed,
    isEverythingAllowed: key.indexes.includes("*") && tokenPatterns.includes("*"),
    mayCreateIndex: (uid) => mayCreate && isIndexAllowed(uid),
    filterFor: (uid) => tenant?.filterByPattern.get(closestPattern(tokenPatterns, uid) ?? ""),
  };
}

function covers(patterns: readonly string[], uid: string): boolean {
  return patterns.some((pattern) => coversIndex(pattern, uid));
}

function list(patterns: readonly string[]): string {
  return `[${[...patterns]
    .sort()
    .map((pattern) => `"${pattern}"`)
    .join(", ")}]`;
}

function forbidden(message: string): ApiError {
  return new ApiError("invalid_api_key", message);
}

function missingHeader(): ApiError {
  const words = "The Authorization header is missing. It must use the bearer authorization method.";
  return new ApiError("missing_authorization_header", words);
}

function missingMasterKey(): ApiError {
  const words =
    "Meilisearch is running without a master key. To access this API endpoint, you must have set a master key at launch.";
  return new ApiError("missing_master_key", words);
}
