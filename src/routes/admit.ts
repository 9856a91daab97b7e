import { type HeldWork, heldShards } from "../cluster/hold.ts";
import { topologyOf } from "../cluster/layout.ts";
import type { IndexRow } from "../cluster/registry.ts";
import { MiroirError } from "../core/errors.ts";
import { Deadline, DeadlineExceeded } from "../execute/deadline.ts";
import type { Cluster } from "./cluster.ts";
import { current } from "./current.ts";
import { layoutOf } from "./layout.ts";
import type { ShardedWrite } from "./sharded-write.ts";

/** A write to one index that may have to wait for a change of owners. */
export interface Admission<T> {
  readonly row: IndexRow;
  readonly work: HeldWork;
  readonly call: ShardedWrite["call"];
  readonly signal: AbortSignal | undefined;
  /** The write over the cluster as the index sees it: made anew when the owners changed while it waited. */
  make(owners: Cluster): T;
}

/** A write that nothing holds, and the cluster that it is for. */
export interface Admitted<T> {
  readonly owners: Cluster;
  readonly write: T;
}

/**
 * Makes a write, and waits as long as one of its shards changes owners. Those behind it in the same index wait as well, so
 * that writes keep their order.
 * @throws MiroirError `miroir_shards_held` when that takes longer than the call has time; nothing was written
 */
export async function admit<T extends object>(cluster: Cluster, admission: Admission<T>): Promise<Admitted<T>> {
  const first = attempt(cluster, admission);
  if (first.held.length === 0) return first;
  const { call, signal } = admission;
  const timeoutMs = call.timeoutMs ?? cluster.options.writeTimeoutMs;
  const deadline = Deadline.start(cluster.clock, timeoutMs, signal);
  try {
    for (let made = first; ; made = attempt(current(cluster), admission)) {
      if (made.held.length === 0) return { ...made, write: within(made.write, deadline.remainingMs) };
      await untilFree(cluster, { ...admission, held: made.held, deadline });
    }
  } finally {
    deadline.end();
  }
}

interface Attempted<T> extends Admitted<T> {
  readonly held: readonly number[];
}

function attempt<T extends object>(cluster: Cluster, { row, work, make }: Admission<T>): Attempted<T> {
  const owners = layoutOf(cluster, row);
  const write = make(owners);
  const shards = "idsByShard" in write ? (write as unknown as ShardedWrite).idsByShard.keys() : [];
  return { owners, write, held: heldShards(owners.topology, shards, work) };
}

interface Wait extends Pick<Admission<unknown>, "row" | "work"> {
  readonly held: readonly number[];
  readonly deadline: Deadline;
}

/** Time between two looks whether anybody drives the change that is waited for, in milliseconds. */
const LOOK_MS = 2000;

async function untilFree(cluster: Cluster, { row, work, held, deadline }: Wait): Promise<void> {
  const { operation } = cluster;
  const freed = new AbortController();
  void lookAfterDriver(cluster, AbortSignal.any([freed.signal, deadline.signal]));
  try {
    await operation.enterWhen(
      ({ topology }) => heldShards(topologyOf(row, topology), held, work).length === 0,
      deadline.signal,
    );
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    throw new MiroirError(
      "miroir_shards_held",
      `Shard${held.length > 1 ? "s" : ""} ${held.join(", ")} of index \`${row.uid}\` changed owners for longer than the ` +
        `${error.timeoutMs} ms that the write had. Nothing was written: send the call again.`,
      { status: 503 },
    );
  } finally {
    freed.abort();
  }
}

/** A driver that died is missed by those who wait for it. */
async function lookAfterDriver({ view, clock }: Cluster, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    if (!signal.aborted) await view.liftAbandonedHold(signal).catch(() => undefined); // the next look may be luckier
  }
}

/** What is left of the time that a write has, waiting included. */
function within<T extends object>(write: T, timeoutMs: number): T {
  return "call" in write ? { ...write, call: { ...(write as { call: object }).call, timeoutMs } } : write;
}
