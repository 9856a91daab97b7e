import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { firstRecord } from "./first-record.ts";
import type { Operator } from "./operator.ts";
import type { SharedRecords } from "./shared-records.ts";
import { putState, readState, type StateRecord } from "./state-index.ts";
import { requireStored, type StoringTask, storeOnNodes, untilStored } from "./store-on-nodes.ts";
import type { LiveTopology } from "./view/live-topology.ts";

/** What {@link NodeRecords} work with. */
export interface NodeRecordsOptions {
  readonly operator: Operator;
  readonly live: Pick<LiveTopology, "topology">;
  readonly isSuspect: (node: string) => boolean;
}

/** The records of a cluster without a store: in the state index of every node. */
export class NodeRecords implements SharedRecords {
  readonly #options: NodeRecordsOptions;
  #reads = 0;

  constructor(options: NodeRecordsOptions) {
    this.#options = options;
  }

  async readAll(): Promise<readonly StateRecord[]> {
    const { operator } = this.#options;
    // Checked connections only: another cluster's records must never be taken for ours.
    const reads = this.#askable().map((node) => readState(operator, node, { unchecked: false }));
    const results = await Promise.allSettled(reads);
    const found = results.flatMap((result) => (result.status === "fulfilled" ? [result.value ?? []] : []));
    if (found.length === 0) throw unreadable(results.find((result) => result.status === "rejected")?.reason);
    return found.flat();
  }

  /** As the first node shows it that answers; another node begins with each call, so that all share the work. */
  async readOne(id: string): Promise<StateRecord | undefined> {
    const { operator } = this.#options;
    this.#reads += 1;
    const nodes = this.#askable();
    const first = this.#reads % nodes.length;
    const order = [...nodes.slice(first), ...nodes.slice(0, first)];
    return firstRecord(operator, order, id).catch(() => undefined);
  }

  async put(records: readonly StateRecord[], what: string): Promise<readonly StoringTask[]> {
    const stored = await storeOnNodes(this.#options.operator, this.#options.live.topology.nodes, records);
    requireStored(stored, what);
    return stored.storing;
  }

  async keep(record: StateRecord, what: string): Promise<void> {
    const { operator } = this.#options;
    const results = await Promise.allSettled(this.#askable().map((node) => putState(operator, node, [record])));
    if (results.some((result) => result.status === "fulfilled")) return;
    throw new MiroirError("miroir_store_unavailable", `${what} could not be stored on any node. Send the call again.`, {
      status: 503,
      reason: results.find((result) => result.status === "rejected")?.reason,
    });
  }

  untilShown(storing: readonly StoringTask[]): Promise<void> {
    return untilStored(this.#options.operator, storing);
  }

  /** The nodes that are not known to be down, or all of them when none is left: they may have been slow for a moment. */
  #askable(): readonly NodeInfo[] {
    const { live, isSuspect } = this.#options;
    const { nodes } = live.topology;
    const healthy = nodes.filter((node) => !isSuspect(node.id));
    return healthy.length > 0 ? healthy : nodes;
  }
}

function unreadable(reason: unknown): MiroirError {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new MiroirError("miroir_store_unavailable", `No node shows which indexes there are: ${why}.`, {
    status: 503,
    reason,
  });
}
