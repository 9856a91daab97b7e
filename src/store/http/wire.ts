import { z } from "zod";
import type { JsonValue } from "../../core/types.ts";
import type { StoreStatus } from "../state-store.ts";

/** What goes over the network between {@link httpStore} and {@link serveStore}, checked by whoever receives it. */

const number = z.number();
const value = z.custom<JsonValue>((held) => held !== undefined);

const leaseSchema = z.object({ name: z.string(), holder: z.string(), token: number, ttlMs: number, expiresAt: number });

const entrySchema = z.object({ key: z.string(), value, revision: number });

const changeSchema = z
  .object({ key: z.string(), value, expected: number.nullable().optional(), ttlMs: number.optional() })
  .transform(({ expected, ttlMs, ...change }) => ({
    ...change,
    ...(expected !== undefined && { expected }),
    ...(ttlMs !== undefined && { ttlMs }),
  }));

/** Bodies of requests. */
export const BODY = {
  value,
  commit: z.object({ changes: z.array(changeSchema), fence: leaseSchema.optional() }),
  lease: z.object({ name: z.string(), holder: z.string(), ttlMs: number }),
  held: z.object({ lease: leaseSchema }),
};

/** Bodies of answers; null stands for nothing. */
export const ANSWER = {
  status: z.object({ time: number, incarnation: z.string(), revision: number }),
  entry: z.object({ entry: entrySchema.nullable() }),
  entries: z.object({ entries: z.array(entrySchema) }),
  commit: z.union([
    z.object({ ok: z.literal(true), revision: number }),
    z.object({
      ok: z.literal(false),
      reason: z.enum(["changed", "fenced"]),
      key: z.string(),
      current: entrySchema.nullable(),
    }),
  ]),
  lease: z.object({ lease: leaseSchema.nullable() }),
  offset: z.object({ offset: number }),
  log: z.object({ entries: z.array(z.object({ offset: number, entry: value })) }),
  done: z.object({ done: z.literal(true) }),
  error: z.object({ message: z.string(), code: z.string(), outcome: z.enum(["none", "unknown"]).optional() }),
};

/** The entity tag of a store as a whole: another one after each commit, and when it is another store. */
export function statusTag({ incarnation, revision }: StoreStatus): string {
  return `"${incarnation}:${revision}"`;
}
