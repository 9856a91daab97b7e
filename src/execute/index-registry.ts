import { type IndexRow, latestRows, parseRow } from "../cluster/registry.ts";
import type { Attempt } from "../core/attempt.ts";
import { MiroirError } from "../core/errors.ts";
import type { JsonObject, NodeInfo } from "../core/types.ts";
import type { Operator } from "./operator.ts";
import { putState, readState, type StateRecord } from "./state-index.ts";

/** What an {@link IndexRegistry} works with. */
export interface IndexRegistryOptions {
  readonly operator: Operator;
  readonly nodes: readonly NodeInfo[];
  readonly isSuspect: (node: string) => boolean;
  /** Age from which the rows are read again in the background, in milliseconds. */
  readonly maxAgeMs: number;
}

/** The rows of all logical indexes: cached, read again when old or when an index is not found, written to every node. */
export class IndexRegistry {
  readonly #options: IndexRegistryOptions;
  #rows = new Map<string, IndexRow>();
  #readAt: number;
  #reading: Promise<void> | undefined;

  constructor(options: IndexRegistryOptions) {
    this.#options = options;
    this.#readAt = options.operator.clock.monotonic();
  }

  /** Learns the rows among records that were read already. */
  load(records: readonly StateRecord[]): void {
    this.#learn(records);
  }

  /** The row of an index that exists; asks the nodes when this process does not know it. */
  async find(uid: string): Promise<IndexRow | undefined> {
    const known = this.peek(uid);
    if (known === undefined) {
      await this.refresh();
      return this.peek(uid);
    }
    this.#refreshWhenOld();
    return known;
  }

  /** The row as this process knows it. */
  peek(uid: string): IndexRow | undefined {
    const row = this.#rows.get(uid);
    return row?.deleted === true ? undefined : row;
  }

  /** Every existing index, by uid in byte order, as read from the nodes now. */
  async list(): Promise<IndexRow[]> {
    await this.refresh();
    return [...this.#rows.values()].filter((row) => !row.deleted).sort((a, b) => (a.uid < b.uid ? -1 : 1));
  }

  /**
   * Makes a row the one in force: known here at once, enqueued on every node.
   * @throws MiroirError `miroir_store_unavailable` naming the nodes that did not take it
   */
  async put(row: IndexRow): Promise<void> {
    const { operator, nodes } = this.#options;
    this.#rows.set(row.uid, row);
    const record: StateRecord = { id: `index_${row.uid}`, kind: "index", value: row as unknown as JsonObject };
    const results = await Promise.allSettled(nodes.map((node) => putState(operator, node, [record])));
    const failures: Attempt[] = [];
    for (const [position, result] of results.entries()) {
      const node = nodes[position];
      if (result.status === "rejected" && node)
        failures.push({ node: node.id, url: node.url, reason: String(result.reason) });
    }
    if (failures.length === 0) return;
    const names = failures.map((failure) => `\`${failure.node}\``).join(", ");
    throw new MiroirError("miroir_store_unavailable", `Index \`${row.uid}\` could not be recorded on node ${names}.`, {
      status: 503,
      attempts: failures,
    });
  }

  /** Reads the rows of every node that can be asked; calls under way share one read. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  #refreshWhenOld(): void {
    const age = this.#options.operator.clock.monotonic() - this.#readAt;
    if (age > this.#options.maxAgeMs) void this.refresh();
  }

  async #read(): Promise<void> {
    const { operator, nodes, isSuspect } = this.#options;
    const askable = nodes.filter((node) => !isSuspect(node.id));
    const results = await Promise.allSettled(askable.map((node) => readState(operator, node)));
    for (const result of results) if (result.status === "fulfilled") this.#learn(result.value ?? []);
    this.#readAt = operator.clock.monotonic();
  }

  #learn(records: readonly StateRecord[]): void {
    const rows = records.filter((record) => record.kind === "index").map((record) => parseRow(record.value));
    this.#rows = latestRows([...this.#rows.values(), ...rows]);
  }
}
