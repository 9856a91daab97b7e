import type { StoreStatus } from "../../store/state-store.ts";

/** What was known of a store's commits when something was asked of it. */
export interface CommitMark {
  /** The latest commit that was seen. */
  readonly revision: number;
  /** How often the store had been taken for what it is. */
  readonly acceptance: number;
}

/** Learns what a store shows of its commits. */
export interface CommitWatch {
  mark(): CommitMark;
  saw(revision: number): void;
  /** An own commit, and the mark from before it was sent. */
  made(revision: number, before: CommitMark): void;
}

/** Where there is no store. */
export const NO_COMMITS: CommitWatch = {
  mark: () => ({ revision: 0, acceptance: 0 }),
  saw: () => undefined,
  made: () => undefined,
};

/** What this process saw of a store, by which it knows one that went back in time or lost its data. */
export class StoreHistory {
  #incarnation: string | undefined;
  #revision = 0;
  #acceptance = 0;

  mark(): CommitMark {
    return { revision: this.#revision, acceptance: this.#acceptance };
  }

  /** Learns of a commit. */
  saw(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** As {@link judge}, by an own commit, which a store that never went back gives a higher number than all before. */
  judgeOwn(revision: number, before: CommitMark): string | undefined {
    if (before.acceptance !== this.#acceptance) return undefined; // it was sent to the store as it was before
    if (revision <= before.revision)
      return `made commit ${revision} now, and this process saw ${before.revision} before`;
    this.saw(revision);
    return undefined;
  }

  /**
   * Why the store is not the one that was seen before, as half a sentence; undefined when it is, and is learnt of.
   * @param before what was known when the store was asked: what it says may be overtaken on its way
   */
  judge(
    { incarnation, revision }: Pick<StoreStatus, "incarnation" | "revision">,
    before: CommitMark,
  ): string | undefined {
    if (this.#incarnation !== undefined && incarnation !== this.#incarnation) return "has lost its data and begun anew";
    if (revision < before.revision) return `is at revision ${revision}, and this process saw ${before.revision}`;
    this.#incarnation = incarnation;
    this.saw(revision);
    return undefined;
  }

  /** Takes the store for what it is from now on. */
  accept({ incarnation, revision }: Pick<StoreStatus, "incarnation" | "revision">): void {
    this.#incarnation = incarnation;
    this.#revision = revision;
    this.#acceptance += 1;
  }
}
