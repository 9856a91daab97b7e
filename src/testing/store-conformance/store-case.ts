import assert from "node:assert/strict";
import type { CommitResult, StateStore } from "../../store/state-store.ts";

/** What a backend under test can be made to do beside being opened. */
export interface StoreBackend {
  /** Another way to the same data, as another process would have. */
  open(): Promise<StateStore>;
  /** Moves the clock that the store goes by, forwards or back. */
  moveClock?(ms: number): Promise<void>;
  /** Stops the backend hard and starts it with the data it kept; opened stores are expected to find it again. */
  restart?(): Promise<void>;
  /** Keeps a copy of the data. */
  backup?(): Promise<void>;
  /** Puts that copy in the place of the data, as a failover to an old replica does. */
  restore?(): Promise<void>;
  /** Ends all connections to the backend and refuses new ones. */
  cutNetwork?(): Promise<void>;
  /** Lets connections stand, over which nothing comes back any more, though what is sent arrives. */
  muteNetwork?(): Promise<void>;
  /** Ends the effect of the two above. */
  healNetwork?(): Promise<void>;
  /** Closes all that was opened. */
  dispose(): Promise<void>;
}

/** What a backend may be unable to do. */
export type StoreAbility = Exclude<keyof StoreBackend, "open" | "dispose">;

/** A backend of which a case needs some abilities. */
type Able<A extends StoreAbility> = StoreBackend & Required<Pick<StoreBackend, A>>;

/** One promise of the contract, and how it is tried. */
export interface StoreCase {
  readonly name: string;
  readonly needs: readonly StoreAbility[];
  readonly run: (backend: StoreBackend) => Promise<void>;
}

/** A case for every backend. */
export function always(name: string, run: (backend: StoreBackend) => Promise<void>): StoreCase {
  return { name, needs: [], run };
}

/** A case for backends with some abilities. */
export function having<A extends StoreAbility>(
  needs: readonly A[],
  name: string,
  run: (backend: Able<A>) => Promise<void>,
): StoreCase {
  return { name, needs, run: (backend) => run(able(backend, needs)) };
}

function able<A extends StoreAbility>(backend: StoreBackend, needs: readonly A[]): Able<A> {
  for (const need of needs) assert.ok(backend[need] !== undefined, `The backend under test has no \`${need}\`.`);
  return backend as Able<A>;
}

/** The revision of a commit that is expected to succeed. */
export function revisionOf(result: CommitResult): number {
  assert.ok(result.ok, `The commit was refused: ${JSON.stringify(result)}`);
  return result.revision;
}

/** A value that is expected to be there. */
export function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
