import { parseTopology, type Topology } from "../../cluster/topology.ts";
import { MiroirError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/types.ts";
import type { Lease, StateStore } from "../../store/state-store.ts";
import type { Clock } from "../../util/clock.ts";
import { renewMarker } from "../bootstrap.ts";
import type { Operator } from "../operator.ts";
import { untilSucceeded } from "../task-success.ts";
import { TOPOLOGY, topologyInStore } from "../topology-in-store.ts";
import type { ClusterView } from "./cluster-view.ts";
import { passBarrier, type Reach } from "./epoch-barrier.ts";
import { readWarning, rolledBack, UNLESS_ROLLED_BACK } from "./rolled-back.ts";

/** How a job changes the topology under the feet of everybody. */
export interface ChangeControl {
  /** The topology in force as the store has it now. */
  current(): Promise<Topology>;
  /**
   * Makes a topology the one in force; its epoch is that of the current one plus one. Nodes learn of changed owners before
   * the store does.
   * @throws MiroirError `miroir_job_fenced` when somebody else changed the topology or took the driver's lease;
   * `miroir_store_rolled_back` when the store does not have what it had;
   * `OperatorCallFailed` when a node that is to hold more cannot be told
   */
  publish(next: Topology): Promise<void>;
  /** Waits until no process works under an older epoch than the one in force; false when `timeoutMs` went by first. */
  barrier(reach: Reach, options?: BarrierOptions): Promise<boolean>;
}

/** Options of {@link ChangeControl.barrier}. */
interface BarrierOptions {
  /** @default unlimited */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What {@link storeChangeControl} works with. */
export interface ChangeControlOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  /** With the key of the driver's term. */
  readonly operator: Operator;
  readonly view: Pick<ClusterView, "refresh" | "live">;
  /** The driver's lease, without which nothing is changed. */
  fence(): Lease;
  readonly signal: AbortSignal;
}

/** Changes the topology that a store holds. */
export function storeChangeControl(options: ChangeControlOptions): ChangeControl {
  const { store, clock } = options;
  let published = 0;
  const requireNewest = ({ epoch }: Topology) => {
    const known = Math.max(published, options.view.live.topology.epoch);
    // A driver whose lease the store had before it went back is not fenced off, and would build upon a table of the past.
    if (epoch < known) throw rolledBack(store, `its topology has epoch ${epoch}, and this process knows ${known}`);
  };
  return {
    async current() {
      const topology = await topologyInStore(store);
      requireNewest(topology);
      return topology;
    },
    async publish(next) {
      await publish(options, next, requireNewest);
      published = next.epoch;
      await options.view.refresh();
    },
    async barrier(reach, { timeoutMs = Number.POSITIVE_INFINITY, signal = options.signal } = {}) {
      const { epoch } = await topologyInStore(store);
      await options.view.refresh();
      return passBarrier({ store, clock, epoch, reach, timeoutMs, signal });
    },
  };
}

async function publish(
  options: ChangeControlOptions,
  next: Topology,
  requireNewest: (topology: Topology) => void,
): Promise<void> {
  const { store, fence } = options;
  const entry = await store.get(TOPOLOGY);
  const current = entry && parseTopology(entry.value);
  if (current !== undefined) requireNewest(current);
  if (entry === undefined || current === undefined || next.epoch !== current.epoch + 1) {
    throw fenced(`the topology is at epoch ${current?.epoch ?? "none"}, and epoch ${next.epoch} was to follow`);
  }
  // Epochs that only hold writers, or release them, name the same owners: a store that lost one loses no document.
  const isMarked = placement(current) !== placement(next);
  if (isMarked) await propose(options, current, next);
  const value = next as unknown as JsonValue;
  const changes = [{ key: TOPOLOGY, value, expected: entry.revision }, UNLESS_ROLLED_BACK];
  const result = await store.commit(changes, { fence: fence() });
  if (!result.ok) {
    const warning = result.reason === "changed" ? await readWarning(store) : undefined;
    if (warning !== undefined) throw rolledBack(store, warning);
    throw fenced(result.reason === "fenced" ? "another process drives it now" : "the topology was changed meanwhile");
  }
  if (isMarked) await confirm(options, next);
}

function fenced(why: string): MiroirError {
  return new MiroirError("miroir_job_fenced", `This process may not go on with its job: ${why}.`, { status: 409 });
}

function placement({ shards, replicationFactor, nodes, groups }: Topology): string {
  return JSON.stringify([shards, replicationFactor, nodes, groups]);
}

/** Everybody who answers is told; who is to hold more must have understood. Writers may wait meanwhile, so nobody else is waited for. */
async function propose(options: ChangeControlOptions, current: Topology, next: Topology): Promise<void> {
  const { operator, signal } = options;
  const content = { topology: current, proposed: next, keeper: "store", signal } as const;
  await Promise.all(
    next.nodes.map(async (node) => {
      const isGaining = heldBy(next, node.id) > heldBy(current, node.id);
      const telling = renewMarker(operator, node, content);
      if (isGaining) await untilSucceeded(operator, { node, taskUid: await telling, what: "a marker" }, signal);
      else await telling.catch(() => undefined); // it only gives up, or stays what it is
    }),
  );
}

/** A node that cannot be told keeps the proposal, which says as much to whoever asks. */
async function confirm({ operator, signal }: ChangeControlOptions, topology: Topology): Promise<void> {
  const content = { topology, keeper: "store", signal } as const;
  await Promise.allSettled(topology.nodes.map((node) => renewMarker(operator, node, content)));
}

function heldBy({ groups }: Topology, node: string): number {
  return groups.flatMap(({ table }) => table).filter((row) => row.includes(node)).length;
}
