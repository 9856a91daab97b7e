import { z } from "zod";
import type { JsonObject, JsonValue } from "../../core/types.ts";
import type { StateStore } from "../../store/state-store.ts";

/** Key of the adoption under way. */
const ADOPTION = "adoption";

const recordSchema = z.object({
  clusterId: z.string(),
  url: z.string(),
  settings: z.record(z.string(), z.record(z.string(), z.json())),
});

/**
 * What an adoption has to remember: which cluster it makes of which server, and the settings that users see of each index,
 * which the server does not tell any more once it has miroir's.
 */
export interface AdoptionRecord {
  readonly clusterId: string;
  readonly url: string;
  readonly settings: Readonly<Record<string, JsonObject>>;
}

/** The adoption under way, if there is one. */
export async function readAdoption(store: StateStore): Promise<AdoptionRecord | undefined> {
  const entry = await store.get(ADOPTION);
  return entry && (recordSchema.parse(entry.value) as AdoptionRecord);
}

/** Writes down how far an adoption is. */
export async function saveAdoption(store: StateStore, record: AdoptionRecord): Promise<void> {
  await store.put(ADOPTION, record as unknown as JsonValue);
}

/** Forgets an adoption that is done. */
export async function endAdoption(store: StateStore): Promise<void> {
  await store.delete(ADOPTION);
}
