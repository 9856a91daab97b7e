import { z } from "zod";
import type { StateStore } from "../../store/state-store.ts";

/** Key of how far a recovery is. */
export const RECOVERY = "recovery";

const cursorSchema = z.object({ epoch: z.number(), verified: z.array(z.string()) });

/** How far a recovery is that has restored what it could: the indexes that were verified since. */
export type RecoveryCursor = z.infer<typeof cursorSchema>;

/** The cursor of a recovery that did not come to its end, if there is one. */
export async function readCursor(store: StateStore): Promise<RecoveryCursor | undefined> {
  const entry = await store.get(RECOVERY);
  return entry && cursorSchema.parse(entry.value);
}
