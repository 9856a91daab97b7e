import { MiroirError } from "../../core/errors.ts";
import type { StateStore, StoreChange, StoreEntry } from "../../store/state-store.ts";

/** Where it stands that a store went back to an earlier state; a recovery takes it away. */
const WARNING = "rolled-back";

/** Epochs of topologies that a recovery begins at are multiples of this, above all that anybody may have seen before. */
export const ERA = 1000;

/** Whether a recovery lies between two epochs. */
export function isLaterEra(epoch: number, than: number): boolean {
  return Math.floor(epoch / ERA) > Math.floor(than / ERA);
}

/** The error of whoever finds that a store went back to an earlier state. */
export function rolledBack({ address }: Pick<StateStore, "address">, why: string): MiroirError {
  return new MiroirError(
    "miroir_store_rolled_back",
    `The store \`${address}\` went back to an earlier state: ${why}. Writes may be missing from it: run \`miroir recover\`.`,
    { status: 503 },
  );
}

/** What is warned of, and the topology that the store has for the one in force. */
interface Rollback {
  readonly why: string;
  readonly seen: StoreEntry;
}

/**
 * Tells everybody, unless the store was recovered meanwhile: one that saw nothing of what the store lost would take it for
 * what it was, and change owners from a table that is not in force.
 */
export async function warnOfRollback(store: StateStore, { why, seen }: Rollback): Promise<void> {
  const { key, value, revision } = seen;
  await store.commit([
    { key: WARNING, value: { why }, expected: null },
    { key, value, expected: revision },
  ]);
}

/** What another process found wrong with a store, as half a sentence. */
export async function readWarning(store: StateStore): Promise<string | undefined> {
  const entry = await store.get(WARNING);
  return entry && `${(entry.value as { readonly why: string }).why}, as another process found`;
}

/** Keeps a commit from being made into a store that somebody warned of. */
export const UNLESS_ROLLED_BACK: StoreChange = { key: WARNING, value: null, expected: null };

/** Takes the warning away. */
export const RECOVERED: StoreChange = { key: WARNING, value: null };
