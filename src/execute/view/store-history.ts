import type { StoreStatus } from "../../store/state-store.ts";

/** What this process saw of a store, by which it knows one that went back in time or lost its data. */
export class StoreHistory {
  #incarnation: string | undefined;
  #revision = 0;

  /** Learns of a commit. */
  saw(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** Why the store is not the one that was seen before, as half a sentence; undefined when it is, and is learnt of. */
  judge({ incarnation, revision }: Pick<StoreStatus, "incarnation" | "revision">): string | undefined {
    if (this.#incarnation !== undefined && incarnation !== this.#incarnation) return "has lost its data and begun anew";
    if (revision < this.#revision) return `is at revision ${revision}, and this process saw ${this.#revision}`;
    this.#incarnation = incarnation;
    this.saw(revision);
    return undefined;
  }

  /** Takes the store for what it is from now on. */
  accept({ incarnation, revision }: Pick<StoreStatus, "incarnation" | "revision">): void {
    this.#incarnation = incarnation;
    this.#revision = revision;
  }
}
