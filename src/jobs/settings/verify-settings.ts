import type { StaticClusterConfig, TopologyClusterConfig } from "../../client/options.ts";
import { ClusterSession } from "../../client/session.ts";
import type { IndexRow } from "../../cluster/registry.ts";
import type { Cluster } from "../../routes/cluster.ts";
import { chosenRows } from "../chosen-rows.ts";
import { type IndexDrift, SettingsVerification } from "./settings-verification.ts";

/** Which settings are verified, and what becomes of those that drifted. */
export interface VerifySettingsOptions {
  /** Logical uids. @default all */
  readonly indexes?: readonly string[];
  /** Sends nodes that drifted their settings again, and waits until they have them. @default false */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
}

/** What a verification of settings found. */
export interface SettingsReport {
  readonly indexes: readonly IndexDrift[];
  /** Whether every node was asked and has the settings it should have, or has them since it was repaired. */
  readonly isSound: boolean;
}

/**
 * Compares the settings of every index on every node with what the registry says they should be. Settings that are changed
 * meanwhile count once the change has reached the nodes.
 * @throws MiroirError `miroir_invalid_config` for an index that does not exist
 */
export async function verifySettings(
  config: StaticClusterConfig | TopologyClusterConfig,
  options: VerifySettingsOptions = {},
): Promise<SettingsReport> {
  const session = new ClusterSession({ ...config, repair: false });
  try {
    const cluster = await session.cluster();
    const indexes: IndexDrift[] = [];
    for (const row of await chosenRows(cluster, options.indexes)) indexes.push(await verifyRow(cluster, row, options));
    const isSound = indexes.every(({ drifts, absent, isUnsettled }) => {
      return absent.length === 0 && !isUnsettled && drifts.every(({ isRepaired }) => isRepaired);
    });
    return { indexes, isSound };
  } finally {
    await session.close();
  }
}

function verifyRow(cluster: Cluster, row: IndexRow, options: VerifySettingsOptions): Promise<IndexDrift> {
  const { signal = new AbortController().signal, repair = false } = options;
  return new SettingsVerification({ cluster, uid: row.uid, signal, isRepairing: repair }).run();
}
