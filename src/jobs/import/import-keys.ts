import { MeilisearchApiError } from "meilisearch";
import type { MiroirClient } from "../../client/miroir.ts";
import type { JsonObject } from "../../core/types.ts";
import type { ImportSource } from "./import-source.ts";

/** What became of the API keys. */
export interface KeyReport {
  readonly copied: number;
  /** Uids of keys whose text is another one here, since the master keys differ: whoever uses them needs the new text. */
  readonly changed: readonly string[];
  /** Why no key was copied. */
  readonly skipped?: string;
}

/** Makes the source's API keys keys of the cluster, with the same uids: with one master key they have the same texts. */
export async function importKeys(client: MiroirClient, source: ImportSource, signal: AbortSignal): Promise<KeyReport> {
  const keys = await source.keys(signal);
  if (keys === undefined) return { copied: 0, changed: [], skipped: "the source shows no keys" };
  const changed: string[] = [];
  const valid = keys.filter(({ expiresAt }) => !(typeof expiresAt === "string" && Date.parse(expiresAt) <= Date.now()));
  for (const key of valid.toReversed()) {
    const text = await putKey(client, key);
    if (text === undefined) return { copied: 0, changed: [], skipped: "the cluster has no master key" };
    if (text !== key["key"]) changed.push(String(key["uid"]));
  }
  return { copied: valid.length, changed };
}

async function putKey(client: MiroirClient, key: JsonObject): Promise<string | undefined> {
  const { uid, name, description, actions, indexes, expiresAt } = key;
  try {
    const body = { uid, name, description, actions, indexes, expiresAt };
    return (await client.httpRequest.post<{ key: string }>({ path: "keys", body })).key;
  } catch (error) {
    const code = error instanceof MeilisearchApiError ? error.cause?.code : undefined;
    if (code === "missing_master_key") return undefined;
    if (code !== "api_key_already_exists") throw error;
    return (await client.getKey(String(uid))).key;
  }
}
