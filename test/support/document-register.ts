import { isDeepStrictEqual } from "node:util";

/** A document, or `undefined` where there is none. */
export type DocumentState = Readonly<Record<string, unknown>> | undefined;

/** What a write makes of a document. */
export type DocumentChange = (before: DocumentState) => DocumentState;

/**
 * What each document may be after writes that came one after the other: exactly one state as long as every write was
 * acknowledged, and the states without and with those whose outcome is unknown.
 */
export class DocumentRegister {
  readonly #statesById = new Map<number, readonly DocumentState[]>();

  get ids(): number[] {
    return [...this.#statesById.keys()];
  }

  acknowledged(id: number, change: DocumentChange): void {
    this.#statesById.set(id, this.#states(id).map(change));
  }

  unknown(id: number, change: DocumentChange): void {
    const states = this.#states(id);
    const both = [...states, ...states.map(change)];
    this.#statesById.set(id, [...new Map(both.map((state) => [JSON.stringify(state), state])).values()]);
  }

  /** Whether a document may be so. */
  allows(id: number, state: DocumentState): boolean {
    return this.#states(id).some((possible) => isDeepStrictEqual(possible, state));
  }

  /** For the message of a check that failed. */
  describe(id: number): string {
    return this.#states(id)
      .map((state) => JSON.stringify(state) ?? "absent")
      .join(" or ");
  }

  #states(id: number): readonly DocumentState[] {
    return this.#statesById.get(id) ?? [undefined];
  }
}
