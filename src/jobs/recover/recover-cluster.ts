import { MiroirError } from "../../core/errors.ts";
import type { OpenDebt } from "../repair/open-debts.ts";
import type { IndexReport } from "../verify/index-report.ts";
import { type VerifyOptions, verifyCluster } from "../verify/verify-cluster.ts";
import { draftRecovery, type RecoveryDraft, type RecoveryPlan } from "./plan-recovery.ts";
import { type RecoveryConfig, type RecoveryContext, withRecovery } from "./recovery-context.ts";
import { RECOVERY, type RecoveryCursor, readCursor } from "./recovery-cursor.ts";
import { restoreState } from "./restore-state.ts";

/** How a cluster is recovered. */
export interface RecoverOptions
  extends Pick<VerifyOptions, "documentsPerSecond" | "signal" | "onProgress" | "onRepair" | "environment"> {
  /** Goes on although nodes do not answer, or have lost their data: what only they know does not count. @default false */
  readonly allowSilent?: boolean;
  /** Compares the copies of all documents afterwards, and repairs differences. @default true */
  readonly verify?: boolean;
}

/** What a recovery did. */
export interface RecoveryReport {
  readonly plan: RecoveryPlan;
  /** Epoch of the topology that is in force now. */
  readonly epoch: number;
  /** Epoch of the proposal that turned out to count, if one did. */
  readonly accepted?: number;
  /** What the comparison of the copies found, by index; absent when it was left out. */
  readonly indexes?: readonly IndexReport[];
  /** Copies that were different and were made equal. */
  readonly repaired: number;
  /** Debts that could not be paid. */
  readonly open: readonly OpenDebt[];
  /** Whether all copies are equal now; false when that was not looked at. */
  readonly isSound: boolean;
}

/**
 * What a recovery would do; nothing is changed.
 * @throws MiroirError `miroir_invalid_config`, `miroir_topology_mismatch`, `miroir_store_unavailable`
 */
export function planRecovery(
  config: RecoveryConfig,
  options: Pick<RecoverOptions, "signal" | "environment"> = {},
): Promise<RecoveryPlan> {
  const { signal = new AbortController().signal, environment } = options;
  return withRecovery(config, async (context) => (await draftRecovery(context, signal)).plan, environment);
}

/**
 * Makes a cluster usable again whose store went back to an earlier state or lost everything: `miroir_store_rolled_back`.
 * Clients that run go on by themselves. Writes are not taken back, nor deletes inferred: where copies differ the highest
 * stamp wins, and a document that some owner has wins over its absence. May be called again after it was cut short.
 * @throws MiroirError as {@link planRecovery}; `miroir_store_unavailable` when nodes say nothing and that was not allowed
 */
export function recoverCluster(config: RecoveryConfig, options: RecoverOptions = {}): Promise<RecoveryReport> {
  const { signal = new AbortController().signal } = options;
  const recover = async (context: RecoveryContext): Promise<RecoveryReport> => {
    const draft = await draftRecovery(context, signal);
    if (options.allowSilent !== true) requireAll(draft.plan);
    const restored = await restore(context, draft, signal);
    if (options.verify === false) {
      await context.store.delete(RECOVERY);
      return { ...restored, repaired: 0, open: [], isSound: false };
    }
    return { ...restored, ...(await verify(config, { context, plan: draft.plan }, options)) };
  };
  return withRecovery(config, recover, options.environment);
}

async function restore(
  context: RecoveryContext,
  draft: RecoveryDraft,
  signal: AbortSignal,
): Promise<Pick<RecoveryReport, "plan" | "epoch" | "accepted">> {
  const { plan, known } = draft;
  if (plan.isRestored) return { plan, epoch: known.committed.epoch };
  const topology = await restoreState(context, draft, signal);
  const groups = JSON.stringify(topology.groups);
  const accepted = known.proposed.find((each) => JSON.stringify(each.groups) === groups);
  return { plan, epoch: topology.epoch, ...(accepted && { accepted: accepted.epoch }) };
}

function requireAll({ silent }: RecoveryPlan): void {
  if (silent.length === 0) return;
  const nodes = silent.map(({ id, url, reason }) => `node \`${id}\` (${url}) ${reason}`).join("; ");
  throw new MiroirError(
    "miroir_store_unavailable",
    `What nodes remember cannot be read: ${nodes}. Start them, or say that what only they know does not count ` +
      "(`allowSilent`, `--allow-silent`).",
    { status: 503 },
  );
}

/** Index by index, so that a recovery that is cut short goes on where it was. */
async function verify(
  { nodes: _, ...config }: RecoveryConfig,
  { context: { store }, plan }: { readonly context: RecoveryContext; readonly plan: RecoveryPlan },
  options: RecoverOptions,
): Promise<Pick<RecoveryReport, "indexes" | "repaired" | "open" | "isSound">> {
  const { allowSilent: _allow, verify: _verify, ...limits } = options;
  const found: IndexReport[] = [];
  const open: OpenDebt[] = [];
  let [repaired, isSound] = [0, true];
  let cursor = await readCursor(store);
  for (const { uid } of plan.indexes.filter(({ fate }) => fate !== "deleted")) {
    if (cursor?.verified.includes(uid) === true) continue;
    const report = await verifyCluster(config, { ...limits, indexes: [uid], repair: true });
    found.push(...report.indexes);
    open.push(...(report.open ?? []));
    repaired += report.repaired ?? 0;
    isSound &&= report.isSound;
    cursor = { ...(cursor ?? { epoch: 0 }), verified: [...(cursor?.verified ?? []), uid] } satisfies RecoveryCursor;
    await store.put(RECOVERY, cursor);
  }
  await store.delete(RECOVERY);
  return { indexes: found, repaired, open, isSound };
}
