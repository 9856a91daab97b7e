import { MiroirError } from "../core/errors.ts";
import type { NodeInfo } from "../core/types.ts";
import { firstRecord } from "./first-record.ts";
import type { Operator } from "./operator.ts";
import type { KeptDebts, Replacement, SharedRecords } from "./shared-records.ts";
import { putState, readState, type StateRecord } from "./state-index.ts";
import { notStored, type StoringTask, storeOnNodes, untilStored } from "./store-on-nodes.ts";
import type { LiveTopology } from "./view/live-topology.ts";

/** What {@link NodeRecords} work with. */
export interface NodeRecordsOptions {
  readonly operator: Operator;
  readonly live: Pick<LiveTopology, "topology">;
  readonly isSuspect: (node: string) => boolean;
  /** Whether a node may show less than the others, since it was away when records were written. */
  readonly isBehind?: (node: string) => boolean;
  /** Whether records are safe that only these nodes have. @default when all nodes have them */
  readonly isEnough?: (nodes: readonly NodeInfo[]) => boolean;
  /** Told of the nodes that must be given records later. */
  readonly missedBy?: (nodes: readonly NodeInfo[], what: string) => Promise<void>;
}

/** The records of a cluster without a store: in the state index of every node. */
export class NodeRecords implements SharedRecords {
  readonly #options: NodeRecordsOptions;
  #reads = 0;

  constructor(options: NodeRecordsOptions) {
    this.#options = options;
  }

  async readAll(): Promise<readonly StateRecord[]> {
    const { live, isBehind = () => false } = this.#options;
    const nodes = this.#readable();
    const first = await this.#read(nodes);
    if (first.found.length > 0) return first.found.flat();
    // What is known of the others may be old: nobody probes while a process is idle.
    const others = live.topology.nodes.filter((node) => !nodes.includes(node) && !isBehind(node.id));
    const { found } = await this.#read(others);
    if (found.length === 0) throw unreadable(first.reason);
    return found.flat();
  }

  async #read(nodes: readonly NodeInfo[]): Promise<{ found: (readonly StateRecord[])[]; reason: unknown }> {
    const { operator } = this.#options;
    // Checked connections only: another cluster's records must never be taken for ours.
    const reads = nodes.map((node) => readState(operator, node, { unchecked: false }));
    const results = await Promise.allSettled(reads);
    return {
      found: results.flatMap((result) => (result.status === "fulfilled" ? [result.value ?? []] : [])),
      reason: results.find((result) => result.status === "rejected")?.reason,
    };
  }

  /** As the first node shows it that answers; another node begins with each call, so that all share the work. */
  async readOne(id: string): Promise<StateRecord | undefined> {
    const { operator } = this.#options;
    this.#reads += 1;
    const nodes = this.#readable();
    const first = this.#reads % nodes.length;
    const order = [...nodes.slice(first), ...nodes.slice(0, first)];
    return firstRecord(operator, order, id).catch(() => undefined);
  }

  /** Nodes that are away are given them when they are back. */
  async put(records: readonly StateRecord[], what: string): Promise<readonly StoringTask[]> {
    const { operator, live, isEnough, missedBy } = this.#options;
    const { storing, failures } = await storeOnNodes(operator, this.#askable(), records);
    const takers = storing.map(({ node }) => node);
    const others = live.topology.nodes.filter((node) => !takers.includes(node));
    if (others.length === 0) return storing;
    if (isEnough?.(takers) !== true) throw notStored(others, { failures, what });
    await missedBy?.(others, `Recording ${what}`);
    return storing;
  }

  replace(replacements: readonly Replacement[], what: string): Promise<readonly StoringTask[]> {
    return this.put(
      replacements.map(({ record }) => record),
      what,
    );
  }

  alone<T>(_name: string, work: () => Promise<T>): Promise<T> {
    return work();
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

  async keepDebts(record: StateRecord, what: string): Promise<KeptDebts> {
    await this.keep(record, what);
    return { knowsAll: true, version: 0 };
  }

  async drop(): Promise<void> {}

  untilShown(storing: readonly StoringTask[]): Promise<void> {
    return untilStored(this.#options.operator, storing);
  }

  #readable(): readonly NodeInfo[] {
    const { isBehind = () => false } = this.#options;
    const nodes = this.#askable();
    const upToDate = nodes.filter((node) => !isBehind(node.id));
    return upToDate.length > 0 ? upToDate : nodes;
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
