import { parseTopology, type Topology } from "../../cluster/topology.ts";
import type { JsonValue } from "../../core/types.ts";
import type { Lease, StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import { TOPOLOGY } from "../topology-in-store.ts";
import { passBarrier } from "./epoch-barrier.ts";
import { UNLESS_ROLLED_BACK } from "./rolled-back.ts";

/** Name of the lease of whoever changes owners. */
export const DRIVER = "driver";

/** Time that lifting a hold may take, in milliseconds. */
const LEASE_MS = 10_000;

/** What lifting a hold takes. */
export interface AbandonedHoldContext {
  readonly store: StateStore;
  readonly clock: Clock;
  /** Unlike that of any other process. */
  readonly holder: string;
  readonly signal: AbortSignal;
}

/**
 * Lets writers go on whose shards change owners when nobody drives the change any more: with the old owners as long as the
 * table names those, else with the new ones, once nobody reads from the old ones. Whoever resumes the job goes on from
 * there. Does nothing while somebody drives.
 * @throws MiroirError `miroir_store_unavailable`
 */
export async function liftAbandonedHold(context: AbandonedHoldContext): Promise<void> {
  const { store, holder, signal } = context;
  // A driver that sleeps loses its lease to this one, and changes nothing when it wakes up.
  const lease = await store.lease(DRIVER, { holder, ttlMs: LEASE_MS, signal });
  if (lease === undefined) return;
  try {
    await lift(context, lease);
  } finally {
    await store.release(lease).catch(() => undefined); // it runs out by itself
  }
}

async function lift({ store, clock, signal }: AbandonedHoldContext, fence: Lease): Promise<void> {
  const entry = await store.get(TOPOLOGY, { signal });
  if (entry === undefined) return;
  const { change, ...topology } = parseTopology(entry.value);
  if (change === undefined) return;
  if (change.phase === "switched") {
    const barrier = { store, clock, epoch: topology.epoch, signal, timeoutMs: LEASE_MS / 2 };
    if (!(await passBarrier({ ...barrier, reach: "leases" }))) return;
  }
  const next: Topology = { ...topology, epoch: topology.epoch + 1 };
  const value = next as unknown as JsonValue;
  await store.commit([{ key: TOPOLOGY, value, expected: entry.revision }, UNLESS_ROLLED_BACK], { fence });
}
