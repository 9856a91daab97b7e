import { SIDES, type Side, witnessOf } from "../workload/swapper.ts";

/** What was found under a name. */
export interface Finding {
  readonly process: string;
  readonly side: Side;
  readonly ids: readonly string[];
  /** Whether nothing can be missing. */
  readonly isWhole: boolean;
}

/** Judges what is found under names that are swapped: each means one index throughout a call, and no document gets lost. */
export class NameChecker {
  readonly violations: string[] = [];
  /** Whether data were lost on purpose, so that nothing has to be found. */
  readonly #isLossy: () => boolean;
  readonly #begun = new Set<string>();
  readonly #succeeded = new Set<string>();
  /** What each process found last, by name. */
  readonly #lastByProcess = new Map<string, Map<Side, readonly string[]>>();

  constructor(isLossy: () => boolean) {
    this.#isLossy = isLossy;
  }

  begin(id: string): void {
    this.#begun.add(id);
  }

  /** Its task was seen to succeed. */
  succeeded(id: string): void {
    this.#succeeded.add(id);
  }

  found({ process, side, ids, isWhole }: Finding): void {
    const report = (what: string) => this.violations.push(`${process} finds under ${side} ${what}`);
    const witnesses = SIDES.map(witnessOf).filter((id) => ids.includes(id));
    if (new Set(ids).size < ids.length) report(`a document twice: ${ids.join(" ")}`);
    if (witnesses.length > 1) report("two indexes at once");
    if (isWhole && witnesses.length === 0 && !this.#isLossy()) report("no index at all");
    const strangers = ids.filter((id) => !this.#begun.has(id) && !witnesses.includes(id));
    if (strangers.length > 0) report(`what nobody wrote: ${strangers.join(" ")}`);
    const last = this.#lastByProcess.get(process) ?? new Map<Side, readonly string[]>();
    this.#lastByProcess.set(process, last.set(side, ids));
  }

  /** Once all is healed and these processes have looked at both. */
  judgeLast(processes: readonly string[]): void {
    if (this.#isLossy()) return;
    const names = new Set<string>();
    for (const process of processes) {
      const [left = [], right = []] = SIDES.map((side) => this.#lastByProcess.get(process)?.get(side));
      const lost = [...this.#succeeded].filter((id) => !(left.includes(id) || right.includes(id)));
      if (lost.length > 0) this.violations.push(`${process} finds nowhere: ${lost.join(" ")}`);
      const double = left.filter((id) => right.includes(id));
      if (double.length > 0) this.violations.push(`${process} finds under both names: ${double.join(" ")}`);
      names.add(left.includes(witnessOf("left")) ? "as they were" : "swapped");
    }
    if (names.size > 1) this.violations.push(`processes disagree about names: ${processes.join(" ")}`);
  }
}
