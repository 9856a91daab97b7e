import { ApiError } from "../http/api-error.ts";

/** Why a text is no index uid, or `undefined` when it is one. */
export function indexUidRefusal(uid: string): string | undefined {
  if (/^[A-Za-z0-9_-]{1,400}$/.test(uid)) return undefined;
  return (
    `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric ` +
    "characters, hyphens (-) and underscores (_), and can not be more than 512 bytes."
  );
}

/** Throws unless the text is an index uid. */
export function checkIndexUid(uid: string): string {
  const refusal = indexUidRefusal(uid);
  if (refusal !== undefined) throw new ApiError("invalid_index_uid", refusal);
  return uid;
}

/** Why a text is no index pattern of an API key, or `undefined` when it is one. */
export function indexPatternRefusal(pattern: string): string | undefined {
  const uid = pattern.endsWith("*") ? pattern.slice(0, -1) : pattern;
  if (pattern === "*" || indexUidRefusal(uid) === undefined) return undefined;
  return (
    `\`${pattern}\` is not a valid index uid pattern. Index uid patterns can be an integer or a string containing ` +
    "only alphanumeric characters, hyphens (-), underscores (_), and optionally end with a star (*)."
  );
}
