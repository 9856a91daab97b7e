import { createHmac, timingSafeEqual } from "node:crypto";
import type { JsonObject, JsonValue } from "../../../core/types.ts";
import { ApiError } from "../http/api-error.ts";
import type { KeyStore } from "./key-store.ts";

/** What a valid tenant token allows: index pattern → its rule. */
export interface TenantRules {
  readonly apiKeyUid: string;
  readonly filterByPattern: ReadonlyMap<string, JsonValue | undefined>;
}

const HASH_BY_ALGORITHM: Readonly<Record<string, string>> = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };

/** Reads a tenant token; `undefined` when the text is none, an error when it is one but not valid. */
export function readTenantToken(token: string, keys: KeyStore, nowMs: number): TenantRules | undefined {
  const [header, payload, signature] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined) return undefined;
  const claims = decodePart(payload);
  const algorithm = decodePart(header)?.["alg"];
  const apiKeyUid = claims?.["apiKeyUid"];
  const rules = claims?.["searchRules"];
  if (claims === undefined || typeof apiKeyUid !== "string" || rules === undefined) return undefined;
  const hash = typeof algorithm === "string" ? HASH_BY_ALGORITHM[algorithm] : undefined;
  if (hash === undefined) throw refuse("Could not decode tenant token, InvalidAlgorithm.");
  const expected = createHmac(hash, keys.textOf(apiKeyUid)).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refuse("Could not decode tenant token, InvalidSignature.");
  }
  checkExpiry(claims["exp"], nowMs);
  return { apiKeyUid, filterByPattern: filtersOf(rules) };
}

function checkExpiry(expiry: JsonValue | undefined, nowMs: number): void {
  const now = Math.floor(nowMs / 1000);
  if (typeof expiry !== "number" || now <= expiry) return;
  throw refuse(`Tenant token expired. Was valid up to \`${expiry}\` and we're now \`${now}\`.`);
}

/** Rules are a list of patterns, or patterns with a rule (an optional filter) each. */
function filtersOf(rules: JsonValue): Map<string, JsonValue | undefined> {
  if (Array.isArray(rules)) return new Map(rules.map((pattern) => [String(pattern), undefined]));
  const entries = Object.entries(typeof rules === "object" && rules !== null ? rules : {});
  return new Map(entries.map(([pattern, rule]) => [pattern, (rule as JsonObject | null)?.["filter"] ?? undefined]));
}

function decodePart(part: string): JsonObject | undefined {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as JsonObject;
  } catch {
    return undefined;
  }
}

function refuse(message: string): ApiError {
  return new ApiError("invalid_api_key", message);
}
