import { z } from "zod";
import { MiroirError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/types.ts";
import type { StoreData } from "./store-data.ts";

/** Version of the file's form; a file says it first, which tells it from a topology file. */
const FORM = 1;

const value = z.custom<JsonValue>((held) => held !== undefined);
const number = z.number();

const fileSchema = z.object({
  miroirStore: z.literal(FORM),
  written: z.string(),
  incarnation: z.string(),
  revision: number,
  time: number,
  clockOffset: number,
  entries: z.array(z.object({ key: z.string(), value, revision: number, expiresAt: number.optional() })),
  leases: z.array(z.object({ name: z.string(), holder: z.string(), token: number, expiresAt: number })),
  logs: z.array(z.object({ name: z.string(), first: number, entries: z.array(value) })),
});

/** The beginning of a file with the data of one write; no two writes have the same. */
export function headOf(written: string): string {
  return `{"miroirStore":${FORM},"written":"${written}"`;
}

/** The text of a store file, whose beginning {@link headOf} tells. */
export function storeFileText(data: StoreData, written: string): string {
  const { incarnation, revision, time, clockOffset } = data;
  const entries = [...data.entriesByKey].map(([key, { expiresAt, ...rest }]) => ({
    key,
    ...rest,
    ...(Number.isFinite(expiresAt) && { expiresAt }),
  }));
  const leases = [...data.leasesByName].map(([name, { holder, token, expiresAt }]) => ({
    name,
    holder,
    token,
    expiresAt,
  }));
  const logs = [...data.logsByName].map(([name, log]) => ({ name, ...log }));
  const rest = JSON.stringify({ incarnation, revision, time, clockOffset, entries, leases, logs });
  return `${headOf(written)},${rest.slice(1)}\n`;
}

/**
 * The data of a store file, and which write they are of.
 * @throws MiroirError `miroir_invalid_config` when the text is of something else
 */
export function parseStoreFile(text: string, path: string): { readonly data: StoreData; readonly written: string } {
  const parsed = fileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new MiroirError(
      "miroir_invalid_config",
      `The file ${path} is no store of this version of miroir. Name a store, or a file that does not exist yet.`,
      { reason: parsed.error },
    );
  }
  const { written, incarnation, revision, time, clockOffset, entries, leases, logs } = parsed.data;
  const data: StoreData = {
    incarnation,
    revision,
    time,
    clockOffset,
    entriesByKey: new Map(
      entries.map(({ key, expiresAt = Number.POSITIVE_INFINITY, ...rest }) => [key, { ...rest, expiresAt }]),
    ),
    leasesByName: new Map(leases.map(({ name, ...lease }) => [name, lease])),
    logsByName: new Map(logs.map(({ name, ...log }) => [name, log])),
  };
  return { data, written };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
