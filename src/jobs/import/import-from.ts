import { MiroirClient } from "../../client/miroir.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { MiroirError } from "../../core/errors.ts";
import { systemClock } from "../../util/clock.ts";
import { Pace } from "../pace.ts";
import { ClusterAsSource } from "./cluster-source.ts";
import { BEGINNING, type ImportCursor } from "./import-cursor.ts";
import { createIndex, type IndexImportContext, importDocuments, importSettings } from "./import-index.ts";
import { importKeys, type KeyReport } from "./import-keys.ts";
import type { ImportSource, SourceIndex } from "./import-source.ts";
import { type ServerAddress, ServerSource } from "./server-source.ts";

/** Where indexes are copied from: a single server, or another cluster. */
export type ImportFrom = ServerAddress | StaticClusterConfig | TopologyClusterConfig;

/** What is imported, and how. */
export interface ImportOptions {
  /** Uids. @default all */
  readonly indexes?: readonly string[];
  /** @default true */
  readonly settings?: boolean;
  /** @default true */
  readonly keys?: boolean;
  /** @default unlimited */
  readonly documentsPerSecond?: number;
  /** Where an earlier call came to. @default the beginning */
  readonly cursor?: ImportCursor;
  readonly signal?: AbortSignal;
  /** Told whenever documents have arrived; waited for, so that the cursor can be kept. */
  readonly onProgress?: (progress: ImportProgress) => Promise<void> | void;
}

/** How far an import is. */
export interface ImportProgress {
  readonly index: string;
  readonly documents: number;
  readonly total: number;
  readonly cursor: ImportCursor;
}

/** What an import would copy. */
export interface ImportPlan {
  readonly indexes: readonly (Pick<SourceIndex, "uid" | "primaryKey" | "notes"> & {
    readonly documents: number;
    /** What the cluster has in an index of this name already. */
    readonly present: number;
  })[];
}

/** What an import copied. */
export interface ImportReport {
  readonly indexes: readonly {
    readonly uid: string;
    /** Documents of the source, counted at the end, and those that the cluster has. */
    readonly source: number;
    readonly imported: number;
    readonly notes: readonly string[];
  }[];
  readonly keys?: KeyReport;
  /** Whether somebody wrote to the source meanwhile: some documents may be as they were before. */
  readonly isSourceChanged: boolean;
  /** Whether the cluster has as many documents as the source, and keys have the same texts. */
  readonly isEqual: boolean;
}

/**
 * What an import would copy; nothing is changed.
 * @throws MiroirError `miroir_invalid_config` for an index that does not exist, `miroir_topology_mismatch` for one node of a
 * cluster
 */
export function planImport(
  config: StaticClusterConfig | TopologyClusterConfig,
  from: ImportFrom,
  options: Pick<ImportOptions, "indexes" | "signal"> = {},
): Promise<ImportPlan> {
  const { signal = new AbortController().signal } = options;
  return between(config, from, [], async (client, source) => ({
    indexes: await Promise.all(
      (await chosen(source, options.indexes, signal)).map(async ({ uid, primaryKey, notes }) => {
        const present = (await countIn(client, uid)) ?? 0;
        return { uid, primaryKey, notes, documents: await source.count(uid, signal), present };
      }),
    ),
  }));
}

/**
 * Copies indexes of a live server, or of another cluster, into a cluster: settings, API keys, and documents with vectors
 * and the exact text of numbers, all of it by the cluster's own writes. What is written to the source meanwhile may be
 * missed: the counts at the end show it where there are more or fewer documents.
 * @throws MiroirError as {@link planImport}; `miroir_index_mismatch` when the cluster has documents in such an index
 */
export async function importFrom(
  config: StaticClusterConfig | TopologyClusterConfig,
  from: ImportFrom,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { signal = new AbortController().signal, cursor = BEGINNING } = options;
  const pace = new Pace(systemClock, options.documentsPerSecond ?? Number.POSITIVE_INFINITY);
  const everywhere = await between(config, from, [], async (_, source) => {
    return (await chosen(source, options.indexes, signal)).filter((index) => index.isEverywhere).map(({ uid }) => uid);
  });
  return between(config, from, everywhere, async (client, source) => {
    const indexes = await chosen(source, options.indexes, signal);
    await requireRoom(client, indexes, cursor);
    const before = await source.version(signal);
    const context = { client, source, pace, signal };
    let reached = cursor;
    for (const index of indexes) reached = await importIndex(context, index, { ...options, cursor: reached });
    const keys = options.keys === false ? undefined : await importKeys(client, source, signal);
    const isSourceChanged = (await source.version(signal)) !== before;
    const counts = await Promise.all(indexes.map((index) => countBoth(context, index)));
    const isEqual = counts.every((count) => count.source === count.imported) && (keys?.changed.length ?? 0) === 0;
    return { indexes: counts, ...(keys && { keys }), isSourceChanged, isEqual };
  });
}

async function between<T>(
  config: StaticClusterConfig | TopologyClusterConfig,
  from: ImportFrom,
  replicateEverywhere: readonly string[],
  work: (client: MiroirClient, source: ImportSource) => Promise<T>,
): Promise<T> {
  const source = "host" in from ? new ServerSource(from) : new ClusterAsSource(from);
  const everywhere = [...(config.replicateEverywhere ?? []), ...replicateEverywhere];
  const client = new MiroirClient({ ...config, replicateEverywhere: everywhere });
  try {
    return await work(client, source);
  } finally {
    await client.close();
    await source.close();
  }
}

async function chosen(
  source: ImportSource,
  uids: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly SourceIndex[]> {
  const indexes = await source.indexes(signal);
  const unknown = uids?.find((uid) => !indexes.some((index) => index.uid === uid));
  if (unknown === undefined) return indexes.filter(({ uid }) => uids?.includes(uid) ?? true);
  const known = indexes.map(({ uid }) => uid).join(", ") || "none";
  const message = `The source has no index \`${unknown}\`. Name some of those there are: ${known}.`;
  throw new MiroirError("miroir_invalid_config", message);
}

/** An import must not mix its documents with others, and cannot tell them from its own without a cursor. */
async function requireRoom(client: MiroirClient, indexes: readonly SourceIndex[], cursor: ImportCursor): Promise<void> {
  for (const { uid } of indexes) {
    if (cursor.done.includes(uid) || cursor.index === uid) continue;
    const present = await countIn(client, uid);
    if (present === undefined || present === 0) continue;
    throw new MiroirError(
      "miroir_index_mismatch",
      `Index \`${uid}\` of the cluster has ${present} documents already. Delete it, leave it out, or give the cursor of the import ` +
        "that was cut short.",
      { status: 409 },
    );
  }
}

async function importIndex(
  context: IndexImportContext,
  index: SourceIndex,
  { settings = true, cursor = BEGINNING, onProgress }: ImportOptions,
): Promise<ImportCursor> {
  const { client, source, signal } = context;
  const { uid } = index;
  const { done } = cursor;
  if (done.includes(uid)) return cursor;
  const isBegun = cursor.index === uid;
  const total = await source.count(uid, signal);
  let reached: ImportCursor = isBegun ? cursor : { done, index: uid, documents: 0 };
  const tell = () => onProgress?.({ index: uid, documents: reached.documents, total, cursor: reached });
  await createIndex(context, index, (await countIn(client, uid)) !== undefined);
  await tell();
  if (settings && !isBegun) await importSettings(context, index);
  await importDocuments(context, { index, from: reached.position }, async ({ documents, position }) => {
    reached = { done, index: uid, position, documents: reached.documents + documents };
    await tell();
  });
  reached = { done: [...done, uid], documents: 0 };
  await onProgress?.({ index: uid, documents: total, total, cursor: reached });
  return reached;
}

async function countBoth({ client, source, signal }: IndexImportContext, { uid, notes }: SourceIndex) {
  return { uid, source: await source.count(uid, signal), imported: (await countIn(client, uid)) ?? 0, notes };
}

/** Undefined when there is no such index. */
async function countIn(client: MiroirClient, uid: string): Promise<number | undefined> {
  const { results } = await client.getIndexes({ limit: 10_000 });
  if (!results.some((index) => index.uid === uid)) return undefined;
  return (await client.index(uid).getDocuments({ limit: 0 })).total;
}
