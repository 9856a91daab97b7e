import type { Environment } from "../../client/environment.ts";
import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { ClusterSession } from "../../client/session.ts";
import { topologyOf } from "../../cluster/layout.ts";
import { type IndexRow, physicalUid } from "../../cluster/registry.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { chosenRows } from "../chosen-rows.ts";
import { findNodes } from "../find-nodes.ts";
import { Pace } from "../pace.ts";
import type { OpenDebt } from "../repair/open-debts.ts";
import { payDebts } from "../repair/pay-debts.ts";
import { type IndexReport, isSound } from "./index-report.ts";
import { oweDifferences } from "./owe-differences.ts";
import { sweepStrays } from "./sweep-strays.ts";
import { IndexVerification, type VerifyProgress } from "./verify-index.ts";

/** What is verified, and what becomes of differences. */
export interface VerifyOptions {
  /** Logical uids. @default all */
  readonly indexes?: readonly string[];
  /**
   * Compares the contents of all documents. Without it, contents are compared where equal stamps do not imply them: after
   * partial updates and edits. @default false
   */
  readonly content?: boolean;
  /**
   * Turns differences into debts, waits until they are paid, and has nodes delete what they hold of shards that are not
   * theirs: by a job, in a cluster whose state is in a store and while no other job is under way. @default false
   */
  readonly repair?: boolean;
  /** Most copies read, and turned into debts, in a second. @default unlimited */
  readonly documentsPerSecond?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Told of the debts that are open, while they are paid. */
  readonly onRepair?: (open: readonly OpenDebt[]) => void;
  /** @default the machine's */
  readonly environment?: Environment;
}

/** What a verification found. */
export interface VerifyReport {
  readonly indexes: readonly IndexReport[];
  /** Copies that were different and are owed since; absent without `repair`. */
  readonly repaired?: number;
  /** Documents that nodes held of shards that are not theirs, and that were deleted there; absent without `repair`. */
  readonly swept?: number;
  /** Why there still are such documents after `repair`. */
  readonly unswept?: string;
  /** Debts that could not be paid; absent without `repair`. */
  readonly open?: readonly OpenDebt[];
  /** Whether every copy was compared and is equal, or is equal since it was repaired, and no document is hidden. */
  readonly isSound: boolean;
}

/**
 * Compares all owners of every shard of every index: which documents they have, with which stamps, and with which contents
 * where stamps do not imply them. Differences count that two looks show, between which all writes settled, so that clients
 * may go on writing. Reads page by page; memory does not grow with the index.
 * @throws MiroirError `miroir_invalid_config` for an index that does not exist
 */
export async function verifyCluster(
  config: StaticClusterConfig | TopologyClusterConfig,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const signal = options.signal ?? new AbortController().signal;
  const session = new ClusterSession({ ...config, repair: options.repair === true }, options.environment);
  try {
    const cluster = await session.cluster();
    const pace = new Pace(cluster.clock, options.documentsPerSecond ?? Number.POSITIVE_INFINITY);
    const run: Run = { cluster, options, pace, signal, repaired: 0 };
    const indexes: IndexReport[] = [];
    for (const row of await chosenRows(cluster, options.indexes)) indexes.push(await verifyIndex(run, row));
    if (options.repair !== true) return { indexes, isSound: indexes.every(isSound) };
    const open = await payDebts(cluster, { signal, ...(options.onRepair && { progress: options.onRepair }) });
    const { repaired } = run;
    const sweep = await sweepStrays(config, indexes, options);
    const left = indexes.map((index) => ({ ...mended(index), strays: sweep.swept === 0 ? index.strays : [] }));
    return { indexes, repaired, ...sweep, open, isSound: open.length === 0 && left.every(isSound) };
  } finally {
    await session.close();
  }
}

interface Run {
  readonly cluster: Cluster;
  readonly options: VerifyOptions;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  repaired: number;
}

async function verifyIndex(run: Run, row: IndexRow): Promise<IndexReport> {
  const { cluster, options, pace, signal } = run;
  const { operator } = cluster;
  const index = physicalUid(row);
  const { nodes, absent } = await findNodes(cluster, index, signal);
  const nothing = { uid: row.uid, copies: 0, shards: [], owed: 0, unsettled: 0, strays: [], untagged: [], absent };
  if (row.primaryKey === null) return nothing; // an index without one has no documents
  const verification = new IndexVerification(
    {
      ...{ operator, index, signal, cluster, row, nodes, pace, primaryKey: row.primaryKey },
      ...{ topology: topologyOf(row, cluster.topology), byContent: options.content === true },
    },
    {
      progress: (progress) => options.onProgress?.(progress),
      confirmed: async (differences) => {
        if (options.repair !== true) return;
        run.repaired += await oweDifferences(cluster, index, differences);
        await pace.take(differences.length, signal);
      },
    },
  );
  return { ...(await verification.run()), absent };
}

/** An index once every debt is paid. */
function mended(index: IndexReport): IndexReport {
  return { ...index, shards: [], owed: 0 };
}
