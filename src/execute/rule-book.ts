import { parseRule, type RuleRecord } from "../cluster/search-rule.ts";
import type { JsonObject } from "../core/types.ts";
import type { HybridClock } from "../routing/stamp.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { StateRecord } from "./state-index.ts";
import type { StoringTask } from "./store-on-nodes.ts";

/** What a {@link RuleBook} works with. */
export interface RuleBookOptions {
  readonly records: SharedRecords;
  /** Sees every record's stamp, so that what this process writes is above it. */
  readonly stamps: Pick<HybridClock, "observe">;
}

/** The dynamic search rules of the cluster as this process knows them, with the users' names of the indexes. */
export class RuleBook {
  readonly #options: RuleBookOptions;
  readonly #rules = new Map<string, RuleRecord>();
  #inForce: readonly RuleRecord[] = [];
  /** Node tasks that store the last records, as long as they may be under way. */
  #storing: readonly StoringTask[] = [];

  constructor(options: RuleBookOptions) {
    this.#options = options;
  }

  /** Learns the rules among records that were read. */
  load(records: readonly StateRecord[]): void {
    for (const { kind, value } of records) if (kind === "rule") this.#keep(parseRule(value));
    this.#order();
  }

  /** Whether there was ever a rule: nodes may go on pinning for a while after the last one was deleted. */
  get wereAny(): boolean {
    return this.#rules.size > 0;
  }

  /** Active rules by precedence, then by age. */
  get inForce(): readonly RuleRecord[] {
    return this.#inForce;
  }

  /** Every rule there is or was, as its last record has it. */
  get records(): readonly RuleRecord[] {
    return [...this.#rules.values()];
  }

  get(uid: string): RuleRecord | undefined {
    const rule = this.#rules.get(uid);
    return rule?.deleted === true ? undefined : rule;
  }

  /** Every rule that is not deleted. */
  list(): RuleRecord[] {
    return [...this.#rules.values()].filter(({ deleted }) => !deleted);
  }

  /**
   * Makes records the ones in force, all of them at once: known here now.
   * @throws MiroirError `miroir_store_unavailable` when they cannot be recorded
   */
  async put(...rules: readonly RuleRecord[]): Promise<void> {
    if (rules.length === 0) return;
    for (const rule of rules) this.#keep(rule);
    this.#order();
    const records = rules.map((rule): StateRecord => {
      return { id: `rule_${rule.uid}`, kind: "rule", value: rule as unknown as JsonObject };
    });
    const names = rules.map(({ uid }) => `\`${uid}\``).join(", ");
    this.#storing = await this.#options.records.put(records, `Search rules ${names}`);
  }

  /** The node tasks that are to show the last records that this process wrote. */
  get storing(): readonly StoringTask[] {
    return this.#storing;
  }

  /** Resolves when other processes are shown the last records that this one wrote. */
  async stored(): Promise<void> {
    const storing = this.#storing;
    await this.#options.records.untilShown(storing);
    if (this.#storing === storing) this.#storing = [];
  }

  #keep(rule: RuleRecord): void {
    this.#options.stamps.observe(rule.stamp);
    const known = this.#rules.get(rule.uid);
    if (known === undefined || known.stamp < rule.stamp) this.#rules.set(rule.uid, rule);
  }

  #order(): void {
    const rank = ({ precedence = Number.POSITIVE_INFINITY }: RuleRecord) => precedence;
    this.#inForce = this.list()
      .filter(({ active }) => active)
      .sort((a, b) => (rank(a) === rank(b) ? (a.createdStamp < b.createdStamp ? -1 : 1) : rank(a) - rank(b)));
  }
}
